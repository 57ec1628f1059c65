/** Importing links: every quirk of real data, on real D1. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { csvReader } from "../build/import/csv-rows.ts";
import { importFiles } from "../build/import/import-files.ts";
import { readLinkRow } from "../build/import/link-row.ts";
import { readRows } from "../build/import/read-rows.ts";
import { isRefusal } from "../build/import/row-fields.ts";
import { type Line, MAX_ROW_BYTES, type Row } from "../build/import/rows.ts";
import { refusalLines, summaryText } from "../build/import/summary.ts";
import { type LocalState, openLocalState } from "../build/local.ts";
import { migrate } from "../build/migrate.ts";
import type { Post } from "../src/model/entities.ts";
import { communityKey } from "../src/model/ids.ts";
import { newListing } from "../src/model/listing.ts";

const SAMPLE = join(import.meta.dirname, "../build/sample/links.csv.gz");

let directory: string;
let state: LocalState;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cairn-import-"));
  state = await openLocalState(join(directory, "state"));
  await migrate(state);
});

afterAll(async () => {
  await state.dispose();
  await rm(directory, { recursive: true });
});

const CONTENT_TABLES = [
  "entry",
  "domain_post",
  "vote",
  "post",
  "person",
  "community",
  "page",
  "site",
];
const NAME_TABLES = ["account", "community"];

beforeEach(async () => {
  const emptied = CONTENT_TABLES.filter((table) => table !== "site");
  await state.db.batch([
    ...emptied.map((table) => state.db.prepare(`DELETE FROM ${table}`)),
    state.db.prepare("UPDATE site SET commit_number = 1"),
  ]);
  await state.accounts.batch(
    NAME_TABLES.map((table) => state.accounts.prepare(`DELETE FROM ${table}`)),
  );
});

async function rowsOf(db: LocalState["db"], sql: string): Promise<unknown[]> {
  return (await db.prepare(sql).all()).results;
}

/** Every row of both databases. */
async function dump(): Promise<unknown> {
  const content = CONTENT_TABLES.map((table) => rowsOf(state.db, `SELECT * FROM ${table}`));
  const names = NAME_TABLES.map((table) => rowsOf(state.accounts, `SELECT * FROM ${table}`));
  return Promise.all([...content, ...names]);
}

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function importText(content: string | Uint8Array, name = "links.csv") {
  return importFiles(state, [await fileOf(name, content)]);
}

const A_LINK = {
  id: "aouv5",
  title: "New approach to China",
  subreddit: "Programming",
  created_utc: "1263338070.0",
  author: "Pistan816",
  url: "http://example.com/china",
  selftext: "",
  is_self: "False",
  over_18: "False",
  score: "4079",
  ups: "5143",
  downs: "1064",
} satisfies Row;

function csvOf(...links: readonly Partial<typeof A_LINK>[]): string {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const lines = links.map((link) =>
    Object.values({ ...A_LINK, ...link })
      .map(quote)
      .join(","),
  );
  return `${[Object.keys(A_LINK).join(","), ...lines].join("\n")}\n`;
}

function postOf(row: Row): Post {
  const link = readLinkRow({ ...A_LINK, ...row });
  if (isRefusal(link)) throw new Error(JSON.stringify(link));
  return link.post;
}

async function idsOf(listing: string): Promise<unknown[]> {
  const sql = `SELECT slot, id FROM entry WHERE listing = '${listing}' ORDER BY slot`;
  return rowsOf(state.db, sql);
}

const PEOPLE = "SELECT key, name, created_at, post_karma, comment_karma FROM person";

describe("a row becomes a post", () => {
  test("with every field of the file", () => {
    expect(readLinkRow(A_LINK)).toEqual({
      communityName: "Programming",
      post: {
        id: "aouv5",
        community: "programming",
        author: "Pistan816",
        title: "New approach to China",
        url: "http://example.com/china",
        linkKey: "example.com/china",
        domains: ["example.com"],
        text: null,
        createdAt: 1263338070,
        ups: 5143,
        downs: 1064,
        standing: "visible",
        isAdult: false,
        talliedAt: 0,
        comments: 0,
        edit: null,
        verdict: null,
        lock: null,
      },
    });
  });

  test("with defaults for what the file does not say", () => {
    const { id, title, subreddit, created_utc, url } = A_LINK;
    expect(readLinkRow({ id, title, subreddit, created_utc, url })).toMatchObject({
      post: { author: "[deleted]", ups: 1, downs: 0, isAdult: false, text: null },
    });
  });

  test("by nobody known if nothing of the name would show", () => {
    expect(postOf({ author: "\u200b \u2800" }).author).toBe("[deleted]");
  });

  test("whether numbers and booleans come as texts or as JSON has them", () => {
    const row = { created_utc: 1263338070, is_self: false, over_18: true, score: 4079 };
    expect(postOf(row)).toEqual(postOf({ over_18: "True" }));
    expect(postOf({ over_18: "true" }).isAdult).toBe(true);
  });

  test("with a title of one line, without control characters, however long", () => {
    expect(postOf({ title: "one\r\n  two\rthree\u0007 \n" }).title).toBe("one two three");
    expect(postOf({ title: "x".repeat(324) }).title).toHaveLength(324);
  });

  test("unescaped once, in title, text and URL", () => {
    expect(postOf({ title: "a &amp;lt; b &lt;b&gt;" }).title).toBe("a &lt; b <b>");
    const self = postOf({ is_self: "True", selftext: "R&amp;D\r\n&gt; quoted" });
    expect(self.text).toBe("R&D\n> quoted");
    expect(postOf({ url: "http://example.com/?a=1&amp;b=2" }).url).toBe(
      "http://example.com/?a=1&b=2",
    );
  });

  test.each([
    ["Http://Example.com", "http://Example.com", "example.com"],
    ["HTTP://example.com/A", "http://example.com/A", "example.com/A"],
    ["ftp://www.example.com/file", "ftp://www.example.com/file", "example.com/file"],
    ["http://example.com/a b", "http://example.com/a%20b", "example.com/a%20b"],
    ["http:example.com", "http://example.com/", "example.com"],
    ["http://example.com/#!/one", "http://example.com/#!/one", "example.com#!/one"],
    ["http://example.com/#top", "http://example.com/#top", "example.com"],
    ["http://$'/", "http://$'/", "$'"],
    ["\u200b http://example.com/x\u200e\u2069", "http://example.com/x", "example.com/x"],
  ])("with the link %s as %s", (written, url, linkKey) => {
    expect(postOf({ url: written })).toMatchObject({ url, linkKey, text: null });
  });

  test("with a URL of 9,255 characters", () => {
    const url = `http://example.com/${"x".repeat(9255 - 19)}`;
    expect(postOf({ url }).url).toBe(url);
  });

  test.each([
    { is_self: "True", url: "http://www.reddit.com/r/programming/comments/aouv5/new/" },
    { is_self: "True", url: "self" },
    { is_self: "False", url: "self" },
    { is_self: undefined, url: undefined },
  ])("of text: %o", (row) => {
    expect(postOf({ ...row, selftext: "My words" })).toMatchObject({
      url: null,
      linkKey: null,
      text: "My words",
    });
  });

  test("of a link that keeps the text it came with", () => {
    const { url, text } = postOf({ selftext: "My words" });
    expect({ url, text }).toEqual({ url: A_LINK.url, text: "My words" });
  });

  test.each([
    [{ score: "10", ups: "9", downs: "-1" }, 10, 0],
    [{ score: "10", ups: "12", downs: "5" }, 12, 2],
    [{ score: "0", ups: "0", downs: "0" }, 0, 0],
    [{ score: "-3", ups: undefined, downs: undefined }, 0, 3],
    [{ score: "7", ups: undefined, downs: "2" }, 9, 2],
    [{ score: undefined, ups: "5", downs: "2" }, 5, 2],
    [{ score: "-1000000000", ups: "1000000000", downs: "" }, 1e9, 2e9],
  ])("whose votes agree with its score: %o", (row, ups, downs) => {
    expect(postOf(row)).toMatchObject({ ups, downs });
  });

  test.each([
    [{ id: "a-b" }, { reason: "bad_value", field: "id", value: "a-b" }],
    [{ id: "" }, { reason: "missing", field: "id" }],
    [{ title: " \n" }, { reason: "missing", field: "title" }],
    [{ title: "\u3164 \u200b" }, { reason: "missing", field: "title" }],
    [{ subreddit: "" }, { reason: "missing", field: "subreddit" }],
    [{ subreddit: "../x" }, { reason: "bad_value", field: "subreddit", value: "../x" }],
    [{ subreddit: "All" }, { reason: "bad_value", field: "subreddit", value: "All" }],
    [{ subreddit: "x.json" }, { reason: "bad_value", field: "subreddit", value: "x.json" }],
    [{ created_utc: "soon" }, { reason: "bad_value", field: "created_utc", value: "soon" }],
    [
      { created_utc: 1263338070000 },
      { reason: "bad_value", field: "created_utc", value: "1263338070000" },
    ],
    [{ url: "" }, { reason: "missing", field: "url" }],
    [
      { url: "javascript:alert(1)" },
      { reason: "bad_value", field: "url", value: "javascript:alert(1)" },
    ],
    [
      { url: `http://${"a".repeat(254)}/` },
      { reason: "bad_value", field: "url", value: `http://${"a".repeat(73)}` },
    ],
    [{ score: "many" }, { reason: "bad_value", field: "score", value: "many" }],
    [
      { score: -9007199254740991, ups: 9007199254740991 },
      { reason: "bad_value", field: "score", value: "-9007199254740991" },
    ],
    [{ ups: 1_000_000_001 }, { reason: "bad_value", field: "ups", value: "1000000001" }],
    [{ downs: "1e300" }, { reason: "bad_value", field: "downs", value: "1e300" }],
    [{ is_self: "maybe" }, { reason: "bad_value", field: "is_self", value: "maybe" }],
  ])("or is refused with a reason: %o", (row, refusal) => {
    expect(readLinkRow({ ...A_LINK, ...row })).toEqual(refusal);
  });

  test("in lower case where ids are concerned, and as written where names are", () => {
    expect(readLinkRow({ ...A_LINK, id: "AOUV5", subreddit: "reddit.com" })).toMatchObject({
      communityName: "reddit.com",
      post: { id: "aouv5", community: "reddit.com" },
    });
  });
});

describe("CSV", () => {
  const HEADER = "id,title,subreddit,created_utc";

  async function linesOf(pieces: readonly string[]): Promise<Line[]> {
    async function* arriving() {
      yield* pieces.map((piece) => Buffer.from(piece));
    }
    const found: Line[] = [];
    for await (const lines of readRows(arriving(), csvReader())) found.push(...lines);
    return found;
  }

  async function found(text: string): Promise<unknown[]> {
    return (await linesOf([text])).map(({ line, content }) => [
      line,
      "row" in content ? content.row.title : content.refusal.reason,
    ]);
  }

  test.each([
    ["line feeds and quotes in a field", 'a,"one\n""two""",p,1', [[2, 'one\n"two"']]],
    [
      "lone carriage returns",
      'a,"x\ry",p,1\nb,x\ry,p,1',
      [
        [2, "x\ry"],
        [3, "x\ry"],
      ],
    ],
    [
      "something like a row in a field",
      'a,"x,p,1\nb,y",p,1\nc,z,p,1',
      [
        [2, "x,p,1\nb,y"],
        [4, "z"],
      ],
    ],
    [
      "CRLF between rows",
      'a,x,p,1\r\nb,"y",p,1\r\n',
      [
        [2, "x"],
        [3, "y"],
      ],
    ],
    ["a quote inside a plain field", 'a,5" disk,p,1', [[2, '5" disk']]],
    ["blank lines", "\n\na,x,p,1\n\n", [[4, "x"]]],
  ])("may have %s", async (_, rows, expected) => {
    expect(await found(`${HEADER}\n${rows}`)).toEqual(expected);
  });

  test.each([
    [
      "a quote that never closes",
      'a,"x,p,1\nb,y,p,1\nc,"z",p,1',
      [
        [2, "broken_quotes"],
        [3, "y"],
        [4, "z"],
      ],
    ],
    [
      "a quote that a later row's opening quote closes",
      'a,"x,p,1\nb,"\ny",p,1\nc,"x,p,1\nd,"z",p,1',
      [
        [2, "wrong_columns"],
        [3, "\ny"],
        [5, "broken_quotes"],
        [6, "z"],
      ],
    ],
    [
      "a quote in a plain field, and one that never closes",
      'a,5" disk,"p,1\nb,y,p,1',
      [
        [2, "broken_quotes"],
        [3, "y"],
      ],
    ],
    [
      "text after a closing quote",
      'a,"x" y,p,1\nb,z,p,1',
      [
        [2, "broken_quotes"],
        [3, "z"],
      ],
    ],
    [
      "too few columns",
      "a,x\nb,y,p,1",
      [
        [2, "wrong_columns"],
        [3, "y"],
      ],
    ],
    [
      "too many columns",
      "a,x,p,1,2\nb,y,p,1",
      [
        [2, "wrong_columns"],
        [3, "y"],
      ],
    ],
    [
      "a row of monstrous length",
      `a,${"x".repeat(MAX_ROW_BYTES)},p,1\nb,y,p,1`,
      [
        [2, "too_long"],
        [3, "y"],
      ],
    ],
    [
      "a quote that closes only after a monstrous length",
      `a,"x,p,1\n${"b,y,p,1\n".repeat(MAX_ROW_BYTES / 8)}c,z",p,1\nd,z,p,1`,
      [
        [2, "too_long"],
        ...Array.from({ length: MAX_ROW_BYTES / 8 }, (_, row) => [row + 3, "y"]),
        [37503, 'z"'],
        [37504, "z"],
      ],
    ],
  ])("goes on with the next line after %s", async (_, rows, expected) => {
    expect(await found(`${HEADER}\n${rows}`)).toEqual(expected);
  });

  test("keeps no more of a monstrous line than tells that it is one", async () => {
    const text = "x".repeat(MAX_ROW_BYTES);
    expect(await linesOf([`${HEADER}\na,`, text, text, ",p,1\nb,y,p,1"])).toMatchObject([
      { line: 2, content: { refusal: { reason: "too_long" } } },
      { line: 3, content: { row: { title: "y" } } },
    ]);
  });

  test("gives the same rows in whatever pieces it arrives", async () => {
    const text = `${HEADER}\r\na,"x ""y""\n",p,1\r\nb,"z,p,1\nc,v,p,1\n\nd,"w" w,p,1`;
    const whole = await linesOf([text]);
    expect(whole.map(({ line }) => line)).toEqual([2, 4, 5, 7]);
    expect(await linesOf([...text])).toEqual(whole);
    for (let at = 0; at < text.length; at++) {
      expect(await linesOf([text.slice(0, at), text.slice(at)])).toEqual(whole);
    }
  });
});

describe("an import", () => {
  test("stores posts, communities, listings and reserved names", async () => {
    const summary = await importText(
      csvOf(
        { id: "b", created_utc: "300", subreddit: "Python", author: "Ada" },
        { id: "c", created_utc: "100", subreddit: "python", author: "ada" },
        { id: "a", created_utc: "300", subreddit: "Space", author: "[deleted]" },
      ),
    );
    expect(summaryText(summary)).toBe(
      "3 links read: 3 imported, 0 already there, 0 could not be used",
    );
    expect(summary).toMatchObject({ communities: 2, hasChanged: true });
    const rest = { description: "", creator: "" };
    expect(await rowsOf(state.db, "SELECT * FROM community")).toEqual([
      { key: "python", name: "Python", title: "Python", created_at: 100, ...rest },
      { key: "space", name: "Space", title: "Space", created_at: 300, ...rest },
    ]);
    expect(await rowsOf(state.accounts, "SELECT * FROM community")).toEqual([
      { name_key: "python", name: "Python", creator: "", created_at: 100 },
      { name_key: "space", name: "Space", creator: "", created_at: 300 },
    ]);
    expect(await rowsOf(state.accounts, "SELECT * FROM account")).toEqual([
      { name_key: "ada", name: "Ada", password: null, session_epoch: 0, created_at: 100 },
    ]);
    expect(await idsOf(newListing(null))).toEqual([
      { slot: 1, id: "c" },
      { slot: 2, id: "a" },
      { slot: 3, id: "b" },
    ]);
    expect(await idsOf(newListing(communityKey("python")))).toEqual([
      { slot: 1, id: "c" },
      { slot: 2, id: "b" },
    ]);
    expect(await idsOf("/user/ada/submitted")).toEqual([
      { slot: 1, id: "c" },
      { slot: 2, id: "b" },
    ]);
    expect(await idsOf("/domain/example.com/new")).toEqual([
      { slot: 1, id: "c" },
      { slot: 2, id: "a" },
      { slot: 3, id: "b" },
    ]);
    const hottest = "SELECT id FROM domain_post WHERE domain = 'example.com' ORDER BY hot";
    expect(await rowsOf(state.db, hottest)).toEqual([{ id: "c" }, { id: "a" }, { id: "b" }]);
    expect(await rowsOf(state.db, PEOPLE)).toEqual([
      { key: "ada", name: "ada", created_at: 100, post_karma: 8158, comment_karma: 0 },
    ]);
    expect(await rowsOf(state.db, "SELECT * FROM vote")).toEqual([]);
  });

  test("keeps the same link twice in a community", async () => {
    expect(await importText(csvOf({ id: "a" }, { id: "b" }))).toMatchObject({ imported: 2 });
  });

  test("counts the same id twice as already there", async () => {
    expect(await importText(csvOf({ id: "a" }, { id: "A" }))).toMatchObject({
      imported: 1,
      alreadyThere: 1,
    });
  });

  test("leaves the account of a registered person as it is", async () => {
    const sql = "INSERT INTO account VALUES ('pistan816', 'pistan816', 'hash', 3, 5000000000)";
    await state.accounts.prepare(sql).run();
    await importText(csvOf({}));
    expect(await rowsOf(state.accounts, "SELECT * FROM account")).toEqual([
      {
        name_key: "pistan816",
        name: "pistan816",
        password: "hash",
        session_epoch: 3,
        created_at: 5000000000,
      },
    ]);
  });

  test("takes the name of an account that was never opened", async () => {
    const sql = "INSERT INTO account VALUES ('pistan816', 'pistan816', 'hash', -1, 5000000000)";
    await state.accounts.prepare(sql).run();
    await importText(csvOf({}));
    expect(await rowsOf(state.accounts, "SELECT password, session_epoch FROM account")).toEqual([
      { password: null, session_epoch: 0 },
    ]);
  });

  test("brings no name back of somebody who has deleted their account", async () => {
    const sql = `INSERT INTO person (key, name, created_at, post_karma, comment_karma, departure)
        VALUES ('ada', 'Ada', 100, 0, 0, 'keep')`;
    await state.db.prepare(sql).run();
    await importText(csvOf({ id: "a", author: "ADA" }, { id: "b" }));
    expect(await rowsOf(state.db, "SELECT id, author FROM post")).toEqual([
      { id: "a", author: "[deleted]" },
      { id: "b", author: "Pistan816" },
    ]);
    expect(await idsOf("/user/ada/submitted")).toEqual([]);
    expect(await idsOf(newListing(null))).toHaveLength(2);
  });

  test("done again changes nothing, and keeps the votes cast since", async () => {
    const csv = csvOf({ id: "a" }, { id: "b" });
    await importText(csv);
    await state.db.batch([
      state.db.prepare("UPDATE post SET ups = ups + 1, score = score + 1 WHERE id = 'a'"),
      state.db.prepare("INSERT INTO vote VALUES ('ada', 'a', 1, 1, 'e')"),
    ]);
    const before = await dump();
    const again = await importText(csv);
    expect(again).toMatchObject({ imported: 0, alreadyThere: 2, communities: 0 });
    expect(again.hasChanged).toBe(false);
    expect(await dump()).toEqual(before);
  });

  test("of older links numbers the listings anew and asks for every page", async () => {
    await importText(csvOf({ id: "b", created_utc: "200" }));
    await state.db.prepare("UPDATE site SET compiled = 'fingerprint'").run();
    await importText(csvOf({ id: "a", created_utc: "100" }));
    expect(await idsOf("/new")).toEqual([
      { slot: 1, id: "a" },
      { slot: 2, id: "b" },
    ]);
    expect(await rowsOf(state.db, "SELECT created_at FROM community")).toEqual([
      { created_at: 100 },
    ]);
    expect(await rowsOf(state.db, "SELECT commit_number, compiled FROM site")).toEqual([
      { commit_number: 3, compiled: "" },
    ]);
  });

  test.each([1, 2])(
    "killed at its write number %i and run again ends in the same rows",
    async (nth) => {
      const path = await fileOf("killed.csv", csvOf({ id: "a" }, { id: "b", created_utc: "100" }));
      let batches = 0;
      const dyingDb = {
        prepare: (sql: string) => state.db.prepare(sql),
        batch: (statements: Parameters<LocalState["db"]["batch"]>[0]) => {
          batches++;
          if (batches === nth) throw new Error("killed");
          return state.db.batch(statements);
        },
      } as LocalState["db"];
      await expect(importFiles({ ...state, db: dyingDb }, [path])).rejects.toThrow("killed");
      expect(await idsOf("/new")).toEqual([]);
      expect(await importFiles(state, [path])).toMatchObject({ read: 2, hasChanged: true });
      const repaired = await dump();
      for (const table of CONTENT_TABLES.filter((name) => name !== "site")) {
        await state.db.prepare(`DELETE FROM ${table}`).run();
      }
      await state.db.prepare("UPDATE site SET commit_number = 1").run();
      await importFiles(state, [path]);
      expect(await dump()).toEqual(repaired);
    },
  );

  test("names the lines that could not be used and says why", async () => {
    const lines = [A_LINK, { ...A_LINK, url: "" }, "{", [], { ...A_LINK, title: "" }];
    const ndjson = lines.map((line) => (line === "{" ? line : JSON.stringify(line))).join("\n");
    const summary = await importText(ndjson, "mixed.ndjson");
    expect(summaryText(summary)).toBe(
      "5 links read: 1 imported, 0 already there, 4 could not be used",
    );
    const path = join(directory, "mixed.ndjson");
    expect(refusalLines(summary)).toEqual([
      `${path}:2: no url`,
      `${path}:3: not a JSON object`,
      `${path}:4: not a JSON object`,
      `${path}:5: no title`,
      "1 × no url",
      "2 × not a JSON object",
      "1 × no title",
    ]);
  });

  test("lists 1,000 refused lines and counts the others", async () => {
    const summary = await importText(csvOf(...Array.from({ length: 1005 }, () => ({ title: "" }))));
    expect(refusalLines(summary).slice(-3)).toEqual([
      expect.stringMatching(/links\.csv:1001: no title$/),
      "… and 5 more",
      "1,005 × no title",
    ]);
  });

  test("unpacks what is packed, whatever its name, and skips a byte order mark", async () => {
    const packed = await fileOf("packed.txt", gzipSync(`\ufeff${csvOf({ id: "a" })}`));
    const plain = await fileOf("plain.gz", `\ufeff${JSON.stringify({ ...A_LINK, id: "b" })}`);
    const empty = await fileOf("empty.csv", "");
    expect(await importFiles(state, [packed, plain, empty])).toMatchObject({
      read: 2,
      imported: 2,
    });
  });

  test("keeps what comes before the damage in a file", async () => {
    const rows = Array.from({ length: 3000 }, (_, row) => ({ id: `a${row}`, title: `${row}` }));
    const packed = gzipSync(csvOf(...rows));
    const summary = await importText(packed.subarray(0, packed.length - 100), "cut.csv.gz");
    expect(summary.refusedByKind).toEqual(new Map([["unusable file", 1]]));
    expect(summary.imported).toBeGreaterThan(0);
    expect(await idsOf("/new")).toHaveLength(summary.imported);
  });

  test("keeps all that is packed before garbage, or a checksum that is wrong", async () => {
    const packed = gzipSync(csvOf({ id: "a" }, { id: "b" }));
    const garbage = Buffer.concat([packed, Buffer.from("garbage")]);
    expect(await importText(garbage, "garbage.gz")).toMatchObject({ imported: 2, refused: 1 });
    packed.writeUInt32LE(0, packed.length - 8);
    expect(await importText(packed, "sum.gz")).toMatchObject({ alreadyThere: 2, refused: 1 });
  });

  test.each([
    ["carriage returns alone", csvOf({}).replaceAll("\n", "\r"), "its lines end with carriage"],
    [
      "a column twice",
      csvOf({}).replace("selftext", "title"),
      "its first line names columns twice: title",
    ],
    [
      "a listing of Reddit's API",
      JSON.stringify({ kind: "Listing", data: { children: [{ kind: "t3", data: A_LINK }] } }),
      "a listing of Reddit's API, where NDJSON has one of its things a line",
    ],
    ["a JSON array", ` [\n${JSON.stringify(A_LINK)}]`, "a JSON array, where NDJSON has one object"],
    ["UTF-16", Buffer.from(`\ufeff${csvOf({})}`, "utf16le"), "its text is UTF-16"],
    ["UTF-16 without a mark", Buffer.from(JSON.stringify(A_LINK), "utf16le"), "its text is UTF-16"],
  ])("says of a file with %s what is wrong with it", async (_, content, why) => {
    const summary = await importText(content);
    expect(summary).toMatchObject({ imported: 0, refused: 1 });
    expect(refusalLines(summary)[0]).toContain(`:1: unusable file: ${why}`);
  });

  test("takes things out of what Reddit's API wraps them in", async () => {
    const link = { kind: "t3", data: A_LINK };
    const data = {
      id: "c1",
      link_id: "t3_aouv5",
      parent_id: "t3_aouv5",
      created_utc: 1,
      body: "x",
    };
    const lines = [link, { kind: "t1", data }].map((thing) => `${JSON.stringify(thing)}\n`);
    expect(await importText(lines.join(""))).toMatchObject({ imported: 2, commentsRead: 1 });
  });

  const TITLES = [
    { id: "a", title: "café" },
    { id: "b", title: "LATIN" },
    { id: "c", title: "x" },
  ];
  test.each([
    ["CSV", csvOf(...TITLES), 3],
    ["NDJSON", TITLES.map((row) => `${JSON.stringify({ ...A_LINK, ...row })}\n`).join(""), 2],
  ])("names the line of %s that is not UTF-8, and garbles none", async (_, text, line) => {
    const [before = "", after = ""] = text.split("LATIN");
    const latin = Buffer.from("café", "latin1");
    const content = Buffer.concat([Buffer.from(before), latin, Buffer.from(after)]);
    const summary = await importText(content);
    expect(summary).toMatchObject({ imported: 2, refused: 1 });
    expect(refusalLines(summary)[0]).toMatch(new RegExp(`:${line}: not UTF-8$`));
    expect(await rowsOf(state.db, "SELECT title FROM post ORDER BY id")).toEqual([
      { title: "café" },
      { title: "x" },
    ]);
  });

  test("says what is wrong with a file of something else, and reads the others", async () => {
    const other = await fileOf("other.csv", "user,link\n1,2\n");
    const links = await fileOf("good.csv", csvOf({}));
    const summary = await importFiles(state, [other, links]);
    expect(summary).toMatchObject({ imported: 1, refused: 1 });
    expect(refusalLines(summary)[0]).toBe(
      `${other}:1: unusable file: neither NDJSON nor CSV whose first line names the columns (no id, title, subreddit, created_utc)`,
    );
  });

  test.each([
    ["that does not exist", "nowhere.csv", "no such file"],
    ["that is a directory", ".", "it is not a file"],
  ])("refuses a file %s by name, before it writes anything", async (_, name, why) => {
    const path = join(directory, name);
    const links = await fileOf("good.csv", csvOf({}));
    const importing = importFiles(state, [links, path]);
    await expect(importing).rejects.toThrow(`cannot read ${path}: `);
    await expect(importing).rejects.toThrow(why);
    expect(await rowsOf(state.db, "SELECT id FROM post")).toEqual([]);
  });

  test("tells how far it has come", async () => {
    const csv = csvOf({});
    const path = await fileOf("links.csv", csv);
    const reports: unknown[] = [];
    await importFiles(state, [path, path], (progress) => reports.push(progress));
    const bytesTotal = 2 * csv.length;
    expect(reports.at(-1)).toEqual({ bytesRead: bytesTotal, bytesTotal, rowsRead: 2 });
  });
});

test("the bundled sample can be used to the last line and holds nothing for adults", async () => {
  const summary = await importFiles(state, [SAMPLE]);
  expect(summary).toMatchObject({ read: 2000, imported: 2000, refused: 0, communities: 20 });
  expect(await rowsOf(state.db, "SELECT id FROM post WHERE data ->> 'isAdult'")).toEqual([]);
});

test("migrating again does nothing, and wrangler sees what was applied", async () => {
  expect(await migrate(state)).toEqual([]);
  expect(await rowsOf(state.db, "SELECT name FROM d1_migrations LIMIT 1")).toEqual([
    { name: "0001_content.sql" },
  ]);
});
