/** A site of an earlier version gets the rows that the code expects, and the same pages as a new one. */
import { describe, expect, it } from "vitest";
import { deriveRows } from "../src/consumer/derive-rows.ts";
import { controversialOf } from "../src/model/entities.ts";
import { hotRank } from "../src/model/ranking.ts";
import { deriveStep } from "../src/store/derive.ts";
import { aPost, aVote } from "./makers.ts";
import { migrationsOf, openMemoryD1 } from "./memory/sqlite-d1.ts";
import { seededRandom } from "./rebuild/random.ts";
import { rowDifferences } from "./rebuild/site-check.ts";
import { consumeEvents } from "./whole-steps.ts";

const INSERT = `INSERT INTO post (id, community, author, title, url, link_key, created_at, ups, downs,
  standing, score, hot, data) VALUES (?1, 'x', 'ann', 't', ?2, ?3, ?4, 0, 0, ?5, 0, ?6, '{}')`;

const OLD_ROWS = [
  // As an earlier version keyed them: two, which are one link now.
  ["a1", "http://news.bbc.co.uk/1?utm_source=x", "news.bbc.co.uk/1?utm_source=x", 10, "visible"],
  ["a2", "http://news.bbc.co.uk/1", "news.bbc.co.uk/1", 20, "visible"],
  ["a3", "http://news.bbc.co.uk/2", "news.bbc.co.uk/2", 30, "deleted"],
  ["a4", null, null, 40, "visible"],
] as const;

const COMMUNITY = "INSERT INTO community VALUES ('x', 'x', 'x', '', '', 0)";

async function anOldSite() {
  const [first = "", ...later] = migrationsOf("content").values();
  const db = openMemoryD1("content", [first]);
  await db.prepare(COMMUNITY).run();
  const insert = db.prepare(INSERT);
  const entry = db.prepare("INSERT INTO entry VALUES (?1, ?2, ?3, ?4)");
  for (const [index, [id, url, key, createdAt, standing]] of OLD_ROWS.entries()) {
    await insert.bind(id, url, key, createdAt, standing, hotRank(0, 0, createdAt)).run();
    for (const listing of ["/new", "/r/x/new"]) {
      await entry.bind(listing, index + 1, createdAt, id).run();
    }
  }
  for (const sql of later) await db.exec(sql);
  return db;
}

describe("a site of an earlier version", () => {
  it("has every derived row after the first cron, and wants all pages written", async () => {
    const db = await anOldSite();
    expect(await deriveRows(db)).toBe(true);
    expect(await rowDifferences(db)).toEqual([]);
    const keys = await db.prepare("SELECT link_key FROM post WHERE id < 'a3'").all();
    expect(keys.results).toEqual([
      { link_key: "news.bbc.co.uk/1" },
      { link_key: "news.bbc.co.uk/1" },
    ]);
    const domains = await db.prepare("SELECT domain, id FROM domain_post ORDER BY 1, 2").all();
    expect(domains.results).toEqual([
      { domain: "bbc.co.uk", id: "a1" },
      { domain: "bbc.co.uk", id: "a2" },
      { domain: "news.bbc.co.uk", id: "a1" },
      { domain: "news.bbc.co.uk", id: "a2" },
    ]);
    const site = await db.prepare("SELECT derive_after, compiled FROM site").first();
    expect(site).toEqual({ derive_after: null, compiled: "" });
  });

  it("lets events wait until then, wherever it was interrupted", async () => {
    const db = await anOldSite();
    const vote = aVote({ post: "a1" as never });
    const send = () => consumeEvents(db, [vote], vote.at, { fast: 1000, slow: 60_000, private: 0 });
    await expect(send()).rejects.toThrow("brought up to date");
    expect(await deriveStep(db)).toBe(false);
    await expect(send()).rejects.toThrow("brought up to date");
    while (!(await deriveStep(db)));
    expect(await send()).toEqual(["applied"]);
    expect(await rowDifferences(db)).toEqual([]);
  });

  it("is not derived by a step that comes too late", async () => {
    const db = await anOldSite();
    const late = new Proxy(db, {
      get: (target, name: keyof typeof db) =>
        name !== "batch"
          ? target[name]
          : async (statements: never[]) => {
              while (!(await deriveStep(db)));
              await db.prepare("UPDATE post SET controversial = 7 WHERE id = 'a1'").run();
              return db.batch(statements);
            },
    });
    await deriveStep(late);
    const sql = "SELECT controversial, derive_after FROM post, site WHERE post.id = 'a1'";
    expect(await db.prepare(sql).first()).toEqual({
      controversial: 7,
      derive_after: null,
    });
  });

  it.each([
    ["http://$'/victim.org/a", true],
    ["https://a.%24&.example:81", true],
    [`http://${"a".repeat(254)}/`, true],
    ["http://a.example/?price=$1", false],
    [null, false],
  ])("with the link %s is derived anew since hosts are cut, not replaced: %s", async (url, is) => {
    const migrations = [...migrationsOf("content")];
    const from = migrations.findIndex(([name]) => name.includes("dollar_hosts"));
    const sqls = migrations.map(([, sql]) => sql);
    const db = openMemoryD1("content", sqls.slice(0, from));
    await db.prepare(COMMUNITY).run();
    await db.prepare(INSERT).bind("a1", url, "victim.org/a", 10, "visible", 0).run();
    for (const sql of sqls.slice(from)) await db.exec(sql);
    // Cron of the code before it, which takes the migration for its own.
    await db.prepare("UPDATE site SET derive_after = NULL").run();
    expect(await deriveStep(db)).toBe(!is);
    await deriveRows(db);
    const key = await db.prepare("SELECT link_key FROM post").first<string>("link_key");
    expect(key === "victim.org/a").toBe(!is);
  });

  it("without posts needs nothing", async () => {
    expect(await deriveStep(openMemoryD1())).toBe(true);
  });
});

describe("the controversial rank", () => {
  it("comes back from the database as it went in, and keeps its order", async () => {
    const random = seededRandom(1);
    const votes = () => Math.floor(10 ** (random.next() * 8));
    const ranks = Array.from({ length: 20_000 }, () =>
      controversialOf(aPost({ ups: votes(), downs: votes() })),
    );
    const { results } = await openMemoryD1()
      .prepare("SELECT value ->> 'rank' AS rank FROM json_each(?1) ORDER BY key")
      .bind(JSON.stringify(ranks.map((rank) => ({ rank }))))
      .all<{ rank: number }>();
    expect(results.map(({ rank }) => rank)).toEqual(ranks);
    expect(Math.min(...ranks)).toBeGreaterThanOrEqual(1);
  });
});
