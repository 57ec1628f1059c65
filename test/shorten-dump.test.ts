/** What D1 has exported, and would not read again: rows with long texts. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { BackupError } from "../build/backup/backup-file.ts";
import { shortenDump, shortStatements, statementsOf } from "../build/backup/shorten-dump.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-dump-"));
const file = join(folder, "content.sql");
afterAll(() => rmSync(folder, { recursive: true }));

const LONG = [
  "漢".repeat(40_000),
  `${"it's; \n".repeat(20_000)}-- "no" comment`,
  "\u{1f5ff}".repeat(30_000),
  `${"漢".repeat(20_000)}\r\n\n${"字".repeat(20_000)}`,
];
const SCHEMA = `CREATE TABLE post (
  id TEXT PRIMARY KEY, -- of the post's thread; "short"
  score INTEGER, hot REAL, url TEXT, data TEXT
) WITHOUT ROWID;`;

/** As D1 does it, which takes for granted that nobody writes its marks. */
function quoted(text: string): string {
  const marked = text.replaceAll("'", "''").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return `replace(replace('${marked}','\\r',char(13)),'\\n',char(10))`;
}

function dumpOf(texts: readonly string[]): string {
  const rows = texts.map(
    (text, index) =>
      `INSERT INTO "post" ("id","score","hot","url","data") VALUES('p''${index}',-${index},1.5e300,NULL,${quoted(text)});`,
  );
  return ["PRAGMA defer_foreign_keys=TRUE;", SCHEMA, ...rows, ""].join("\n");
}

function rowsIn(dump: string): unknown[] {
  const db = new DatabaseSync(":memory:");
  db.exec(dump);
  const rows = db.prepare("SELECT * FROM post ORDER BY id").all();
  db.close();
  return rows;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("a dump of D1", () => {
  it("makes the same rows when no statement is too long any more", async () => {
    const dump = dumpOf([...LONG, "short"]);
    writeFileSync(file, dump);
    expect(await shortenDump(file)).toBe(LONG.length);
    const shortened = readFileSync(file, "utf8");
    expect(rowsIn(shortened)).toEqual(rowsIn(dump));
    async function* whole() {
      yield shortened;
    }
    const sizes = (await all(statementsOf(whole()))).map((each) => Buffer.byteLength(each));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("stays as it is where all is short", async () => {
    const dump = dumpOf(["a", "b;c", "-- d"]);
    writeFileSync(file, dump);
    expect(await shortenDump(file)).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(dump);
  });

  it("comes in pieces, which end anywhere", async () => {
    const dump = dumpOf(["it's; so", '"a" -- b']);
    async function* letters() {
      yield* dump;
    }
    const statements = await all(statementsOf(letters()));
    expect(statements.join("")).toBe(dump);
    expect(statements.map((each) => each.trim().split(" ")[0])).toEqual([
      ...["PRAGMA", "CREATE", "INSERT", "INSERT", ""],
    ]);
  });

  it("has marks for line breaks that the text does not have itself", () => {
    const text = "\\\\n\\\\n0\\\\ \n".repeat(20_000);
    const marked = text.replaceAll("\n", "@");
    const long = `INSERT INTO "post" ("id","data") VALUES('p',replace('${marked}','@',char(10)));`;
    const statements = [...shortStatements(long)];
    expect(statements.length).toBeGreaterThan(10);
    expect(statements.filter((each) => each.trim().includes("\n"))).toEqual([]);
    expect(rowsIn([SCHEMA, ...statements].join("\n"))).toMatchObject([{ id: "p", data: text }]);
  });

  it("that is packed is refused, and so is what is no file", async () => {
    const packed = gzipSync(dumpOf(LONG));
    writeFileSync(file, packed);
    await expect(shortenDump(file)).rejects.toThrow(`${file} is packed: unpack it first`);
    expect(readFileSync(file)).toEqual(packed);
    await expect(shortenDump(folder)).rejects.toThrow(`cannot read ${folder}: it is not a file`);
  });

  it("is left alone where something else in it is too long", async () => {
    const strange = `UPDATE post SET data = '${"a".repeat(100_000)}';\n`;
    expect(() => [...shortStatements(strange)]).toThrow(BackupError);
    writeFileSync(file, strange);
    const long = "b".repeat(100_000);
    const keyless = `INSERT INTO "post" ("hot","data") VALUES(1.5,'${long}');`;
    expect(() => [...shortStatements(keyless)]).toThrow(BackupError);
    await expect(shortenDump(file)).rejects.toThrow("neither short nor the row of a table: UPDATE");
    expect(readFileSync(file, "utf8")).toBe(strange);
  });
});
