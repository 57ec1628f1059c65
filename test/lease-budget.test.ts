/** What a publisher asks of the database when pages cannot be read: D1 answers 1,000 queries, then none. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { expect, it } from "vitest";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { CommentId, EventId } from "../src/model/ids.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { aMemorySite } from "./memory/site.ts";

const NOW = Date.UTC(2026, 0, 2);
const MAX_QUERIES = 1000;

/** The same database, for one invocation. */
function ofOneInvocation(db: D1Database): D1Database {
  const reals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  let asked = 0;
  const ask = (queries: number) => {
    asked += queries;
    if (asked > MAX_QUERIES) throw new Error("too many queries of one invocation");
  };
  const counted = (real: D1PreparedStatement): D1PreparedStatement => {
    const one = (method: "all" | "run" | "first") => (column: string) => {
      ask(1);
      return real[method](column);
    };
    const bind = (...values: unknown[]) => counted(real.bind(...values));
    const statement = { bind, all: one("all"), run: one("run"), first: one("first") };
    reals.set(statement as never, real);
    return statement as never;
  };
  return {
    prepare: (sql: string) => counted(db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => {
      ask(statements.length);
      return db.batch(statements.map((each) => reals.get(each) as D1PreparedStatement));
    },
  } as unknown as D1Database;
}

it.each([1, 12])(
  "unreadable pages (%i) do not keep the others due with them, however many queries they take",
  async (count) => {
    const site = await aMemorySite(NOW);
    const about = { name: "programming", title: "programming", description: "" };
    const created = { version: 1, id: anId() as EventId, at: NOW, by: "ann", ...about } as const;
    await site.send({ ...created, type: "community_created" });
    const [shown, other] = [aSubmission(), aSubmission()];
    const broken = Array.from({ length: count }, () => aSubmission());
    await site.send(shown, other, ...broken);
    const comment = anId() as CommentId;
    const said = { ...created, id: anId() as EventId, comment, post: shown.post, parent: null };
    await site.send({ ...said, type: "comment_posted", text: "Well." });
    const people = Array.from({ length: 99 }, (_, index) => `voter${index}`);
    for (const by of people) {
      const onComment = { ...created, id: anId() as EventId, by, comment, value: 1 } as const;
      await site.send(
        aVote({ post: shown.post, by, at: NOW }),
        aVote({ post: other.post, by, at: NOW, value: -1 }),
        { ...onComment, type: "comment_voted" },
      );
    }
    await site.publish();
    const ids = JSON.stringify(broken.map(({ post }) => post));
    await site.db.batch([
      site.db
        .prepare("UPDATE post SET data = '{' WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(ids),
      site.db.prepare("UPDATE site SET commit_number = commit_number + 1"),
      site.db
        .prepare(
          `UPDATE page SET due = 0, named = (SELECT commit_number FROM site)
         WHERE key LIKE '~voter%/overlay'
           OR key IN (SELECT '/comments/' || value FROM json_each(?1))`,
        )
        .bind(ids),
    ]);
    const stale = async () => {
      const rows = await site.db.prepare("SELECT key FROM page WHERE named > written").all();
      return rows.results.map(({ key }) => key).sort();
    };
    expect(await stale()).toHaveLength(99 + count);
    const pace = { fast: 0, slow: 0, private: 0 };
    const deps = { ...site, now: () => NOW + 3_600_000, token: anId, pace };
    await publishStale({ ...deps, db: ofOneInvocation(site.db) }).catch(() => undefined);
    expect(await stale()).toEqual(broken.map(({ post }) => `/comments/${post}`).sort());
  },
);
