/** Lists that no limit bounds: more than D1 takes as one parameter, which is 2 MB. */
import { expect, it } from "vitest";
import type { EventId } from "../src/model/ids.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { keysNamedAt } from "../src/store/page-rows.ts";
import { anId, aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const NOW = Date.UTC(2026, 0, 2);
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const COMMENTS = 36_000;
const DOMAINS = 8_000;

/** The numbers from 1 to ?1. */
const NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";

it(`a post with ${COMMENTS} comments can be removed, and all of them lose its title`, async () => {
  const db = openMemoryD1();
  const send = (event: CairnEvent) => consumeEvents(db, [event], NOW, PACE);
  const { post, ...submission } = aSubmission({ by: "ann" });
  await send(aCommunity("programming"));
  await send({ ...submission, post });
  const many = (sql: string, ...values: unknown[]) =>
    db
      .prepare(`${NUMBERS} ${sql}`)
      .bind(COMMENTS, ...values)
      .run();
  const id = "printf('mjuohs%08d', i)";
  await many(
    `INSERT INTO comment (id, post, parent, piece, depth, author, created_at, ups, downs, standing, data)
     SELECT ${id}, ?2, NULL, '', 0, 'cleo', i, 0, 0, 'visible', '{"text":"x"}' FROM n`,
    post,
  );
  await many(
    `INSERT INTO entry (listing, slot, created_at, id) SELECT '/comments', i, i, ${id} FROM n`,
  );
  await many("INSERT INTO piece SELECT ?2, '', NULL, NULL, ?1, ?1, ?1 FROM n LIMIT 1", post);
  await db.prepare("UPDATE post SET comments = ?1").bind(COMMENTS).run();
  const base = { version: 1, id: anId() as EventId, at: NOW, by: "ann" } as const;
  expect(await send({ ...base, type: "post_deleted", post })).toEqual(["applied"]);
  const named = await keysNamedAt(db, await readCommitNumber(db));
  expect(named.filter((key) => key.startsWith("/comments/-/"))).toHaveLength(COMMENTS / 25);
});

it(`all pages of ${DOMAINS} domains with long names are named`, async () => {
  const db = openMemoryD1();
  await db
    .prepare(
      `${NUMBERS} INSERT INTO domain_post (domain, hot, created_at, id)
       SELECT printf('%0240d.example', i), 0, 0, printf('%014d', i) FROM n`,
    )
    .bind(DOMAINS)
    .run();
  const [pages, site] = [openMemoryBucket(), openMemoryNamespace()];
  const config = { origin: "https://cairn.example", admins: [] };
  await nameAllPages({ db, pages, site, config, pace: PACE, now: () => NOW, token: anId });
  const sql = "SELECT count(*) AS named FROM page WHERE key GLOB '/domain/*'";
  expect(await db.prepare(sql).first("named")).toBeGreaterThanOrEqual(DOMAINS);
});
