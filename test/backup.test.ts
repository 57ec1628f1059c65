/** Backups: the list of tables against the migrations, and what a restored site is made of. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { D1Database } from "@cloudflare/workers-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportSite } from "../build/backup/export-site.ts";
import { openBackup, readBackupRows } from "../build/backup/read-backup.ts";
import { restoreRows, restoreSite } from "../build/backup/restore-site.ts";
import { buildSite } from "../build/full-build.ts";
import { databasesOf, openLocalState } from "../build/local.ts";
import { secretsFile } from "../build/session-secret.ts";
import { deriveRows } from "../src/consumer/derive-rows.ts";
import { STATUS_KEY } from "../src/pages/status.ts";
import { type Databases, removePresets, restoreFacts, walkFacts } from "../src/store/facts.ts";
import { renumberListings } from "../src/store/renumber.ts";
import {
  type DatabaseName,
  FACT_TABLES,
  type FactTable,
  TABLES,
  type TableRow,
  tableName,
} from "../src/store/tables.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { runSequence } from "./rebuild/sequence.ts";
import { storedPages } from "./rebuild/site-check.ts";

const ORIGIN = "http://localhost:8787";
const AT = new Date(Date.UTC(2026, 0, 1));
const DATABASES: readonly DatabaseName[] = ["content", "accounts", "journal"];
const SEEDS = [1, 2, 3, 4];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cairn-backup-"));
});
afterAll(() => rm(directory, { recursive: true }));

function openDatabases(): Databases {
  return {
    content: openMemoryD1("content"),
    accounts: openMemoryD1("accounts"),
    journal: openMemoryD1("journal"),
  };
}

describe("the list of tables", () => {
  const databases = openDatabases();

  async function query(database: DatabaseName, sql: string, ...values: string[]) {
    const statement = databases[database].prepare(sql).bind(...values);
    return (await statement.all<{ name: string }>()).results.map(({ name }) => name);
  }

  it.each(DATABASES)("decides on every table that the migrations of %s make", async (database) => {
    const migrated = await query(
      database,
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    const listed = TABLES.filter((each) => each.database === database);
    expect(listed.map(({ table }) => table).sort()).toEqual(migrated.sort());
  });

  it.each(FACT_TABLES)("decides on every column of $table ($database)", async (table) => {
    const { facts, derived = {} } = table;
    const columns = "SELECT name FROM pragma_table_info(?1)";
    const migrated = await query(table.database, columns, table.table);
    expect([...facts, ...Object.keys(derived)].sort()).toEqual(migrated.sort());
  });

  it.each(FACT_TABLES)("knows the primary key of $table ($database)", async (table) => {
    const primary = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
    expect(table.key).toEqual(await query(table.database, primary, table.table));
  });

  it.each(FACT_TABLES)("knows what $table may lack ($database)", async (table) => {
    const { facts, key, nullable = [], defaulted = [] } = table;
    const isFact = (column: string) => facts.includes(column) && !key.includes(column);
    const columns = (which: string) =>
      query(table.database, `SELECT name FROM pragma_table_info(?1) WHERE ${which}`, table.table);
    const withDefault = await columns("dflt_value IS NOT NULL");
    expect([...nullable].sort()).toEqual((await columns('"notnull" = 0')).filter(isFact).sort());
    expect([...defaulted].sort()).toEqual(withDefault.filter(isFact).sort());
  });
});

interface Site {
  readonly databases: Databases;
  readonly pages: ReturnType<typeof openMemoryBucket>;
  readonly site: ReturnType<typeof openMemoryNamespace>;
}

/** A site to which everything has happened, and published as it happened. */
async function aSite(seed: number): Promise<Site> {
  const databases = openDatabases();
  const [pages, site] = [openMemoryBucket(), openMemoryNamespace()];
  const stored = { db: databases.content, pages, site, config: { origin: ORIGIN, admins: [] } };
  const options = { seed, steps: 150, posts: 30, faultProbability: 0.05 };
  expect(await runSequence(stored, options)).toEqual([]);
  await fill(databases);
  return { databases, pages, site };
}

/** What no event writes, or none of those. */
async function fill({ content, accounts, journal }: Databases): Promise<void> {
  await content.batch([
    content.prepare(
      "INSERT INTO dead_letter (id, at, why, body) VALUES ('d1', 7, 'no object', '\"\\u0000 é\"')",
    ),
    content.prepare("INSERT OR REPLACE INTO window_dirty VALUES ('place0', 4, 5)"),
    content.prepare("INSERT INTO leaving VALUES ('fay')"),
    content.prepare("INSERT INTO tally VALUES ('p1', 2, 1, 9)"),
  ]);
  await accounts.batch([
    accounts.prepare("INSERT INTO account VALUES ('ann', 'Ann', 'scrypt$1', 3, 5)"),
    accounts.prepare("INSERT INTO account VALUES ('bob', 'bob', NULL, 0, 6)"),
    accounts.prepare("INSERT INTO community VALUES ('place0', 'Place0', 'ann', 5)"),
  ]);
  await journal.prepare("INSERT INTO accepted VALUES ('e1', '{}')").run();
}

/** Every row of every table but those of pages. */
async function rowsOf(databases: Databases): Promise<Record<string, readonly TableRow[]>> {
  const rows: Record<string, readonly TableRow[]> = {};
  for (const table of TABLES) {
    if (table.type === "derived") continue;
    const columns = table.table === "site" ? "id" : "*";
    const { results } = await databases[table.database]
      .prepare(`SELECT ${columns} FROM ${table.table} ORDER BY ${table.key.join(", ")}`)
      .all<TableRow>();
    // Karma of who has left is shown nowhere, and counted no longer.
    rows[tableName(table)] = results.map((row) =>
      row.departure ? { ...row, post_karma: 0, comment_karma: 0 } : row,
    );
  }
  return rows;
}

async function commitNumber(db: D1Database): Promise<number> {
  return (await db.prepare("SELECT commit_number FROM site").first<number>("commit_number")) ?? 0;
}

describe("a restored site", () => {
  it("has the same rows, those made afresh included", async () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const { databases } = await aSite(seed);
      const file = join(directory, `rows${seed}.ndjson${seed % 2 ? ".gz" : ""}`);
      await exportSite(databases, file, AT);
      const restored = openDatabases();
      await removePresets(restored.content, "content");
      for await (const { table, rows } of readBackupRows(await openBackup(file), 7)) {
        await restoreFacts(restored[table.database], table, rows);
        seen.add(tableName(table));
        const listings = table.table === "entry" ? rows.map(({ listing }) => listing) : [];
        expect(listings.filter((listing) => !/^~|\/about\/log$/.test(String(listing)))).toEqual([]);
      }
      await renumberListings(restored.content);
      expect(await rowsOf(restored), `seed ${seed}`).toEqual(await rowsOf(databases));
      const [before, after] = [databases, restored].map(({ content }) => commitNumber(content));
      expect(await after).toBeGreaterThan(Number(await before));
    }
    expect([...seen].sort()).toEqual(FACT_TABLES.map(tableName).sort());
  });

  it("is built to the bytes that were published one by one, and exported to the same lines", async () => {
    const { databases, ...published } = await aSite(7);
    const [file, again] = [join(directory, "site.ndjson.gz"), join(directory, "again.ndjson")];
    await exportSite(databases, file, AT);
    const stateDir = join(directory, "state");
    // Stores without content, of a first start that was interrupted, and what a restore leaves that
    // was killed.
    await (await openLocalState(stateDir)).dispose();
    const marker = join(stateDir, "sample-import-running");
    writeFileSync(marker, "");
    mkdirSync(join(stateDir, "restoring", "v3", "d1"), { recursive: true });
    const secret = readFileSync(secretsFile(stateDir), "utf8");
    await restoreSite(stateDir, file);
    expect(existsSync(marker)).toBe(false);
    // No session of before a password was changed holds again.
    expect(readFileSync(secretsFile(stateDir), "utf8")).not.toBe(secret);
    const state = await openLocalState(stateDir);
    try {
      await buildSite(state, { origin: ORIGIN, admins: [] }, Date.now);
      const before = await storedPages(published);
      // Cron's next report is the restored site's own.
      before.delete(STATUS_KEY);
      expect(await storedPages(state)).toEqual(before);
      await exportSite(databasesOf(state), again, AT);
      await exportSite(databases, file.replace(".gz", ""), AT);
    } finally {
      await state.dispose();
    }
    const lines = await Promise.all(
      [file.replace(".gz", ""), again].map(async (path) =>
        (await readFile(path, "utf8")).split("\n"),
      ),
    );
    const [before, after] = lines.map((each) =>
      each.filter((line) => !line.includes("commit_number")),
    );
    expect(after).toEqual(before);
    await expect(restoreSite(stateDir, file)).rejects.toThrow("is not empty: there are rows in");
  }, 120_000);
});

describe("a table", () => {
  const votes = FACT_TABLES.find(({ table }) => table === "vote") as FactTable;

  it.each([0, 1, 499, 500, 501, 1000, 1201])(
    "of %i rows is walked once, in order",
    async (count) => {
      const db = openMemoryD1();
      const all = Array.from({ length: count }, (_, index) => {
        const number = String(index).padStart(5, "0");
        return { user: `u${number}`, post: `p${index >> 9}`, value: 1, at: index, event: number };
      });
      for (let from = 0; from < count; from += 300) {
        await restoreFacts(db, votes, all.slice(from, from + 300));
      }
      expect((await Array.fromAsync(walkFacts(db, votes))).flat()).toEqual(all);
    },
  );
});

describe("a backup", () => {
  const TEXT = [
    '{"format":"cairn-backup","version":1,"at":"2026-01-01T00:00:00.000Z"}',
    '["content.alias",{"id":"a","post":"b"}]',
    '["accounts.community",{"name_key":"é","name":"É","creator":"ann","created_at":1}]',
    '{"rows":{"content.alias":1,"accounts.community":1,"content.vote":0}}',
    "",
  ].join("\n");

  async function fileOf(content: string | Uint8Array): Promise<string> {
    const file = join(directory, "one.ndjson");
    await writeFile(file, content);
    return file;
  }

  it("that is whole is opened, packed or not", async () => {
    for (const content of [TEXT, TEXT.trimEnd(), gzipSync(TEXT)]) {
      const file = await openBackup(await fileOf(content));
      const chunks = await Array.fromAsync(readBackupRows(file, 10));
      expect(chunks.map(({ table, rows }) => [tableName(table), rows])).toEqual([
        ["content.alias", [{ id: "a", post: "b" }]],
        ["accounts.community", [{ name_key: "é", name: "É", creator: "ann", created_at: 1 }]],
      ]);
    }
  });

  it("of an older version has the clock-driven lists slot by slot", async () => {
    const row = (listing: string, slot: number, post: string) =>
      JSON.stringify(["content.window_entry", { listing, slot, post }]);
    const lines = [row("/r/a/rising", 1, "y"), row("/top/day", 1, "x"), row("/top/day", 2, "y")];
    const counted = '{"rows":{"content.window_entry":3}}';
    const file = await openBackup(await fileOf([first, ...lines, counted].join("\n")));
    const [chunk, ...others] = await Array.fromAsync(readBackupRows(file, 2));
    expect(others).toEqual([]);
    expect(tableName(chunk?.table as FactTable)).toBe("content.window_list");
    expect(chunk?.rows).toEqual([
      { listing: "/r/a/rising", posts: '["y"]' },
      { listing: "/top/day", posts: '["x","y"]' },
    ]);
    const cut = await fileOf([first, ...lines.slice(1), counted].join("\n"));
    await expect(openBackup(cut)).rejects.toThrow("has not the rows");
  });

  it("of a version that derived keys otherwise is derived anew once it is restored", async () => {
    const from = openDatabases();
    const link = "http://$'/victim.org/a";
    const community = "INSERT INTO community VALUES ('x', 'x', 'x', '', '', 0)";
    await from.content.prepare(community).run();
    const insert = `INSERT INTO post (id, community, author, title, url, link_key, created_at, ups,
      downs, standing, score, hot, data)
      VALUES ('a1', 'x', 'ann', 't', ?1, 'victim.org/a', 10, 0, 0, 'visible', 0, 0, '{}')`;
    await from.content.prepare(insert).bind(link).run();
    const file = join(directory, "derived.ndjson");
    await exportSite(from, file, AT);
    const restoredKey = async (text: string) => {
      await writeFile(file, text);
      const into = openDatabases();
      await restoreRows(into, await openBackup(file));
      expect(await deriveRows(into.content)).toBe(true);
      return into.content.prepare("SELECT link_key FROM post").first("link_key");
    };
    const text = await readFile(file, "utf8");
    const older = text.replace(/,"derived_by":1/, "");
    expect(older).not.toBe(text);
    expect(await restoredKey(text)).toBe("victim.org/a");
    expect(await restoredKey(older)).not.toBe("victim.org/a");
  });

  it("that is cut off anywhere is refused", async () => {
    const bytes = Buffer.from(TEXT.trimEnd());
    for (let end = 0; end < bytes.length; end++) {
      const opened = openBackup(await fileOf(bytes.subarray(0, end)));
      await expect(opened, `after ${end} bytes`).rejects.toThrow(/^cannot restore .*Nothing was/);
    }
    const packed = gzipSync(TEXT);
    for (let end = 0; end < packed.length; end += 5) {
      await expect(openBackup(await fileOf(packed.subarray(0, end)))).rejects.toThrow(
        "Nothing was",
      );
    }
  });

  const [first = "", alias = "", community = "", last = ""] = TEXT.split("\n");
  it.each([
    ["lacks a row", [first, alias, last], "has not the rows"],
    ["has a row twice", [first, alias, alias, community, last], "has not the rows"],
    ["goes on after its end", [first, alias, community, last, alias], "follows its last line"],
    ["has no first line", [alias, community, last], "it is no backup"],
    ["is something else", ['{"id":"t3_1","title":"x"}'], "it is no backup"],
    ["has a newer format", [first.replace("1,", "2,"), last], "from a newer one"],
    ["has a newer table", [first, '["content.poll",{"id":1}]', last], "the table content.poll"],
    ["has a newer column", [first, '["content.alias",{"x":1}]', last], "column content.alias.x"],
  ])("that %s is refused", async (_, lines, complaint) => {
    await expect(openBackup(await fileOf(lines.join("\n")))).rejects.toThrow(complaint);
  });

  it.each([
    ["is torn", '["content.alias",{"id":"b"', "no JSON"],
    ["is a number", "5", "neither row nor count"],
    ["is of something else", '{"id":"t3_1"}', "no such line"],
    ["has no row", '["content.alias",5]', "no row of a table"],
    ["has null for a row", '["content.alias",null]', "no row of a table"],
    ["has a list for a row", '["content.alias",["id","post"]]', "no row of a table"],
    ["has no table", "[]", "no row of a table"],
    ["has a list for a value", '["content.alias",{"id":"b","post":[]}]', "no row of a table"],
    ["lacks a column", '["content.alias",{"id":"b"}]', "content.alias.post is missing"],
    [
      "has null in a key",
      '["content.alias",{"id":null,"post":"b"}]',
      "content.alias.id is missing",
    ],
    ["has hardly a post", '["content.post",{"id":"b"}]', "content.post.community is missing"],
    ["has no counts", '{"rows":null}', "no counts of rows"],
    ["has texts for counts", '{"rows":{"content.alias":"1"}}', "no counts of rows"],
  ])("of which a line %s is refused", async (_, line, why) => {
    const file = await fileOf([first, alias, line, last].join("\n"));
    await expect(openBackup(file)).rejects.toThrow(
      `cannot restore ${file}: it is damaged in line 3 (${why}). Nothing was written.`,
    );
  });

  it("of which a row cannot be read as a post is refused", async () => {
    const post = { id: "a", community: "c", author: "ann", title: "t", domains: "[]" };
    const counted = { created_at: 1, ups: 1, downs: 0, standing: "visible", data: "{" };
    const line = JSON.stringify(["content.post", { ...post, ...counted }]);
    const file = await fileOf([first, line, last].join("\n"));
    await expect(openBackup(file)).rejects.toThrow("it is damaged in line 2 (");
  });

  it("of which the tables refuse a row leaves the state empty, and nothing beside it", async () => {
    const row = '["content.site",{"id":2,"commit_number":7}]';
    const file = await fileOf(
      [first, alias, row, '{"rows":{"content.alias":1,"content.site":1}}'].join("\n"),
    );
    const stateDir = join(directory, "refused");
    await expect(restoreSite(stateDir, file)).rejects.toThrow(
      /: a row of content\.site is damaged \(.*CHECK.*Nothing was written\.$/,
    );
    expect(await readdir(stateDir)).toEqual([]);
  });

  it("is for its owner only, and has its name only when it is whole", async () => {
    const databases = openDatabases();
    const file = join(directory, "secret.ndjson");
    await exportSite(databases, file, AT);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const broken = { ...databases, journal: openMemoryD1("accounts") };
    const other = join(directory, "broken.ndjson");
    await expect(exportSite(broken, other, AT)).rejects.toThrow("no such table: accepted");
    for (const path of [other, `${other}.partial`]) {
      await expect(stat(path)).rejects.toThrow("ENOENT");
    }
  });

  it("is for its owner only where others could read what a killed export has left", async () => {
    const file = join(directory, "after.ndjson.gz");
    await writeFile(`${file}.partial`, "left", { mode: 0o644 });
    await writeFile(file, "older", { mode: 0o644 });
    await exportSite(openDatabases(), file, AT);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(openBackup(file)).resolves.toMatchObject({ isGzip: true });
  });

  it("is not written onto a folder, nor into one that is not there", async () => {
    const folder = join(directory, "folder");
    mkdirSync(folder);
    const before = await readdir(directory);
    await expect(exportSite(openDatabases(), folder, AT)).rejects.toThrow(
      `cannot write ${folder}: ${folder} is a folder`,
    );
    const nowhere = join(directory, "nowhere", "site.ndjson");
    await expect(exportSite(openDatabases(), nowhere, AT)).rejects.toThrow(
      `cannot write ${nowhere}: there is no folder ${join(directory, "nowhere")}`,
    );
    expect(await readdir(directory)).toEqual(before);
  });
});
