/** Importing comments: their rules, their order and their pieces, on real D1. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isCommentRow, readCommentRow } from "../build/import/comment-row.ts";
import { importFiles } from "../build/import/import-files.ts";
import type { Row } from "../build/import/rows.ts";
import { type ImportSummary, refusalLines, summaryText } from "../build/import/summary.ts";
import { type LocalState, openLocalState } from "../build/local.ts";
import { migrate } from "../build/migrate.ts";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import { MAX_PIECE_COMMENTS, MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { encodePage } from "../src/pages/encode.ts";

const SAMPLE = ["links.csv.gz", "threads-links.ndjson.gz", "threads-comments.ndjson.gz"].map(
  (name) => join(import.meta.dirname, "../build/sample", name),
);

let directory: string;
let state: LocalState;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cairn-import-comments-"));
  state = await openLocalState(join(directory, "state"));
  await migrate(state);
});

afterAll(async () => {
  await state.dispose();
  await rm(directory, { recursive: true });
});

const DERIVED_TABLES = ["entry", "person"];
const CONTENT_TABLES = ["comment", "comment_vote", "piece", "post", "community", ...DERIVED_TABLES];
const NAME_TABLES = ["account", "community"];

beforeEach(async () => {
  await state.db.batch(CONTENT_TABLES.map((table) => state.db.prepare(`DELETE FROM ${table}`)));
  await state.accounts.batch(
    NAME_TABLES.map((table) => state.accounts.prepare(`DELETE FROM ${table}`)),
  );
});

async function rowsOf(sql: string, db = state.db): Promise<Record<string, unknown>[]> {
  return (await db.prepare(sql).all()).results;
}

/** Every row of both databases. */
async function dump(): Promise<unknown> {
  const content = CONTENT_TABLES.map((table) => rowsOf(`SELECT * FROM ${table}`));
  const names = NAME_TABLES.map((table) => rowsOf(`SELECT * FROM ${table}`, state.accounts));
  return Promise.all([...content, ...names]);
}

const A_LINK = {
  id: "p",
  title: "New approach to China",
  subreddit: "programming",
  created_utc: 100,
  author: "Pistan816",
  url: "http://example.com/china",
  score: 5,
} satisfies Row;

const A_COMMENT = {
  id: "c",
  link_id: "t3_p",
  parent_id: "t3_p",
  subreddit: "programming",
  author: "Ada",
  created_utc: 200,
  body: "Indeed",
  score: 3,
};

function aComment(fields: Row = {}): Row {
  return { ...A_COMMENT, ...fields };
}

let files = 0;

/** Each argument is a file. */
async function importRows(...rowsOfFiles: readonly (readonly Row[])[]): Promise<ImportSummary> {
  const paths = rowsOfFiles.map(async (rows) => {
    const path = join(directory, `${files++}.ndjson`);
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
    return path;
  });
  return importFiles(state, await Promise.all(paths));
}

/** What is said of each refused line, without the file. */
function whyRefused(summary: ImportSummary): string[] {
  return refusalLines(summary)
    .slice(0, summary.refused)
    .map((line) => line.slice(line.indexOf(".ndjson:") + ".ndjson:".length));
}

async function storedIds(): Promise<unknown[]> {
  return (await rowsOf("SELECT id FROM comment ORDER BY id")).map(({ id }) => id);
}

async function idsOf(listing: string): Promise<unknown[]> {
  const rows = await rowsOf(`SELECT id FROM entry WHERE listing = '${listing}' ORDER BY slot`);
  return rows.map(({ id }) => id);
}

describe("a row becomes a comment", () => {
  test("with every field of the file", () => {
    expect(readCommentRow(aComment({ parent_id: "t1_B" }))).toEqual({
      id: "c",
      post: "p",
      parent: "b",
      author: "Ada",
      text: "Indeed",
      createdAt: 200,
      ups: 3,
      downs: 0,
      standing: "visible",
      edit: null,
      verdict: null,
    });
  });

  test.each([
    ["a comment", aComment(), true],
    ["a comment without a text", aComment({ body: "" }), true],
    ["a comment that names nothing", { id: "c", body: "Indeed" }, true],
    ["a link", A_LINK, false],
    ["a link with a comment's empty fields", { ...A_LINK, link_id: null, body: "" }, false],
  ])("if it is one: %s", (_, row, isComment) => {
    expect(isCommentRow(row)).toBe(isComment);
  });

  test.each([
    [{ score: 7 }, 7, 0],
    [{ score: 0 }, 0, 0],
    [{ score: -219 }, 0, 219],
    [{ score: 4, ups: 6, downs: 2 }, 6, 2],
    [{ score: -5, ups: -5, downs: 0 }, 0, 5],
    [{ score: null }, 1, 0],
  ])("whose votes agree with its score: %o", (fields, ups, downs) => {
    expect(readCommentRow(aComment(fields))).toMatchObject({ ups, downs });
  });

  test("with its text unescaped once and cleaned, however long", () => {
    const body = "\u0007a &amp;lt; b\r\n&gt; quoted  ";
    expect(readCommentRow(aComment({ body }))).toMatchObject({ text: "a &lt; b\n> quoted" });
    const long = "x".repeat(50_000);
    expect(readCommentRow(aComment({ body: long }))).toMatchObject({ text: long });
  });

  test.each([
    [{ author: "[deleted]", body: "[deleted]" }, "deleted", ""],
    [{ author: "[deleted]", body: "[removed]" }, "deleted", ""],
    [{ author: null, body: "[deleted]" }, "deleted", ""],
    [{ author: "[deleted]", body: "Still here" }, "visible", "Still here"],
    [{ author: "Ada", body: "[removed]" }, "visible", "[removed]"],
  ])("deleted only if text and author are gone: %o", (fields, standing, text) => {
    expect(readCommentRow(aComment(fields))).toMatchObject({ standing, text });
  });

  test.each([
    [{ id: "a-b" }, { reason: "bad_value", field: "id", value: "a-b" }],
    [{ body: " \n" }, { reason: "missing", field: "body" }],
    [{ link_id: "" }, { reason: "missing", field: "link_id" }],
    [{ link_id: "t1_p" }, { reason: "bad_value", field: "link_id", value: "t1_p" }],
    [{ parent_id: null }, { reason: "missing", field: "parent_id" }],
    [{ parent_id: 17 }, { reason: "bad_value", field: "parent_id", value: "17" }],
    [{ parent_id: "t3_q" }, { reason: "other_thread", parent: "t3_q" }],
    [{ created_utc: "soon" }, { reason: "bad_value", field: "created_utc", value: "soon" }],
    [{ score: "many" }, { reason: "bad_value", field: "score", value: "many" }],
    [{ score: -1_000_000_001 }, { reason: "bad_value", field: "score", value: "-1000000001" }],
  ])("or is refused with a reason: %o", (fields, refusal) => {
    expect(readCommentRow(aComment(fields))).toEqual(refusal);
  });
});

describe("an import of comments", () => {
  test("stores them, their piece, their authors and what follows from them", async () => {
    const summary = await importRows([
      A_LINK,
      aComment({ id: "a", created_utc: 300 }),
      aComment({ id: "b", parent_id: "t1_a", created_utc: 400, author: "ADA", score: -4 }),
      aComment({ id: "d", author: "[deleted]", body: "[removed]" }),
      aComment({ id: "e", author: "Pistan816", score: 1 }),
    ]);
    expect(summaryText(summary)).toBe(
      "1 link and 4 comments read: 5 imported, 0 already there, 0 could not be used",
    );
    const columns =
      "id, post, parent, piece, depth, author, created_at, ups, downs, standing, data";
    expect(await rowsOf(`SELECT ${columns} FROM comment WHERE id = 'b'`)).toEqual([
      {
        id: "b",
        post: "p",
        parent: "a",
        piece: "",
        depth: 1,
        author: "ADA",
        created_at: 400,
        ups: 0,
        downs: 4,
        standing: "visible",
        data: '{"text":"Indeed"}',
      },
    ]);
    expect(await rowsOf("SELECT * FROM piece")).toEqual([
      { post: "p", name: "", parent: null, above: null, comments: 4, visible: 3, chars: 18 },
    ]);
    expect(await rowsOf("SELECT comments FROM post")).toEqual([{ comments: 3 }]);
    expect(
      await rowsOf("SELECT key, name, created_at, post_karma, comment_karma FROM person"),
    ).toEqual([
      { key: "ada", name: "Ada", created_at: 300, post_karma: 0, comment_karma: -1 },
      { key: "pistan816", name: "Pistan816", created_at: 100, post_karma: 5, comment_karma: 1 },
    ]);
    expect(await rowsOf("SELECT name_key, name, created_at FROM account", state.accounts)).toEqual([
      { name_key: "ada", name: "Ada", created_at: 300 },
      { name_key: "pistan816", name: "Pistan816", created_at: 100 },
    ]);
    expect(await idsOf("/comments")).toEqual(["d", "e", "a", "b"]);
    expect(await idsOf("/r/programming/comments")).toEqual(["d", "e", "a", "b"]);
    expect(await idsOf("/user/ada/comments")).toEqual(["a", "b"]);
    expect(await idsOf("/user/pistan816/submitted")).toEqual(["p"]);
    expect(await rowsOf("SELECT DISTINCT listing FROM entry WHERE listing GLOB '/user/*'")).toEqual(
      [
        { listing: "/user/ada/comments" },
        { listing: "/user/pistan816/comments" },
        { listing: "/user/pistan816/submitted" },
      ],
    );
  });

  test("brings no name back of somebody who has deleted their account", async () => {
    const sql = `INSERT INTO person (key, name, created_at, post_karma, comment_karma, departure)
        VALUES ('ada', 'Ada', 100, 0, 0, 'delete')`;
    await state.db.prepare(sql).run();
    await importRows([
      A_LINK,
      aComment({ id: "a", author: "ADA" }),
      aComment({ id: "b", author: "Bob" }),
    ]);
    expect(await rowsOf("SELECT id, author FROM comment")).toEqual([
      { id: "a", author: "[deleted]" },
      { id: "b", author: "Bob" },
    ]);
    expect(await idsOf("/user/ada/comments")).toEqual([]);
    expect(await idsOf("/comments")).toEqual(["a", "b"]);
  });

  test("gives pages only to authors whose names fit a path", async () => {
    const names = ["a/b", "Søren", "x".repeat(31), "[deleted]", "_-9"];
    await importRows([
      A_LINK,
      ...names.map((author, index) => aComment({ id: `c${index}`, author })),
    ]);
    expect(await rowsOf("SELECT key FROM person")).toEqual([{ key: "_-9" }, { key: "pistan816" }]);
    expect(await idsOf("/comments")).toHaveLength(names.length);
  });

  test("keeps the name of a person who is there already, and the older date", async () => {
    await state.db
      .prepare(
        "INSERT INTO person (key, name, created_at, post_karma, comment_karma) VALUES ('ada', 'ADA', 5, 7, 7)",
      )
      .run();
    await importRows([A_LINK, aComment()]);
    expect(
      await rowsOf(
        "SELECT key, name, created_at, post_karma, comment_karma FROM person WHERE key = 'ada'",
      ),
    ).toEqual([{ key: "ada", name: "ADA", created_at: 5, post_karma: 0, comment_karma: 3 }]);
  });

  test.each([
    ["before their links", [[aComment()], [A_LINK]]],
    ["after their links", [[A_LINK], [aComment()]]],
    ["in one file with them", [[aComment(), A_LINK]]],
  ])("reads them %s", async (_, filesOfRows) => {
    expect(await importRows(...filesOfRows)).toMatchObject({ imported: 2, refused: 0 });
    expect(await rowsOf("SELECT comments FROM post")).toEqual([{ comments: 1 }]);
  });

  test("reads them packed, and alone when their links are there", async () => {
    await importRows([A_LINK]);
    const path = join(directory, "packed.ndjson.gz");
    await writeFile(path, gzipSync(JSON.stringify(aComment())));
    const summary = await importFiles(state, [path]);
    expect(summaryText(summary)).toBe(
      "1 comment read: 1 imported, 0 already there, 0 could not be used",
    );
  });

  test("names those whose post is not here", async () => {
    const summary = await importRows([A_LINK, aComment(), aComment({ id: "d", link_id: "t3_q" })]);
    expect(summary).toMatchObject({ read: 3, imported: 2, refused: 1 });
    expect(whyRefused(summary)).toEqual(["3: its parent is in another thread: t3_p"]);
    const other = await importRows([aComment({ id: "d", link_id: "t3_q", parent_id: "t3_q" })]);
    expect(whyRefused(other)).toEqual(["1: its post is not here: t3_q"]);
    expect(refusalLines(other).at(-1)).toBe("1 × its post is not here");
    expect(await storedIds()).toEqual(["c"]);
  });

  test("takes parents that come after their answers, in the file or in time", async () => {
    const summary = await importRows([
      A_LINK,
      aComment({ id: "a", parent_id: "t1_b", created_utc: 1 }),
      aComment({ id: "b", parent_id: "t1_c", created_utc: 300 }),
      aComment({ id: "c", created_utc: 200 }),
    ]);
    expect(summary).toMatchObject({ imported: 4, refused: 0 });
    expect(await rowsOf("SELECT id, depth FROM comment ORDER BY id")).toEqual([
      { id: "a", depth: 2 },
      { id: "b", depth: 1 },
      { id: "c", depth: 0 },
    ]);
  });

  test("names those whose parent never came, and all that answers them", async () => {
    const summary = await importRows([
      A_LINK,
      aComment({ id: "a" }),
      aComment({ id: "b", parent_id: "t1_lost" }),
      aComment({ id: "c", parent_id: "t1_b" }),
      aComment({ id: "d", parent_id: "t1_e" }),
      aComment({ id: "e", body: "" }),
    ]);
    expect(summary).toMatchObject({ imported: 2, refused: 4 });
    expect(whyRefused(summary)).toEqual([
      "6: no body",
      "3: its parent never came: t1_lost",
      "4: its parent never came: t1_b",
      "5: its parent never came: t1_e",
    ]);
    expect(await storedIds()).toEqual(["a"]);
  });

  test("takes them when their parent has been imported before", async () => {
    await importRows([A_LINK, aComment({ id: "a" })]);
    const summary = await importRows([aComment({ id: "b", parent_id: "t1_a" })]);
    expect(summary).toMatchObject({ imported: 1, refused: 0 });
    expect(await rowsOf("SELECT piece, depth FROM comment WHERE id = 'b'")).toEqual([
      { piece: "", depth: 1 },
    ]);
  });

  test("names circles, and those whose parent is in another thread", async () => {
    const summary = await importRows([
      A_LINK,
      { ...A_LINK, id: "q" },
      aComment({ id: "a", parent_id: "t1_b" }),
      aComment({ id: "b", parent_id: "t1_a" }),
      aComment({ id: "c", parent_id: "t1_a" }),
      aComment({ id: "d", parent_id: "t1_d" }),
      aComment({ id: "e" }),
      aComment({ id: "f", link_id: "t3_q", parent_id: "t1_e" }),
      aComment({ id: "g", link_id: "t3_q", parent_id: "t1_f" }),
    ]);
    expect(whyRefused(summary)).toEqual([
      "3: its parents go round in a circle: t1_b",
      "4: its parents go round in a circle: t1_a",
      "5: its parents go round in a circle: t1_a",
      "6: its parents go round in a circle: t1_d",
      "8: its parent is in another thread: t1_e",
      "9: its parent never came: t1_f",
    ]);
    expect(await storedIds()).toEqual(["e"]);
  });

  test("counts the same id twice once: as already there, or with the reason why not", async () => {
    const twice = [aComment(), aComment({ body: "Another" })];
    expect(await importRows([A_LINK, ...twice])).toMatchObject({ imported: 2, alreadyThere: 1 });
    expect(await rowsOf("SELECT data ->> 'text' AS text FROM comment")).toEqual([
      { text: "Indeed" },
    ]);
    const lost = aComment({ id: "d", parent_id: "t1_lost" });
    expect(await importRows([lost, lost])).toMatchObject({ refused: 2, alreadyThere: 0 });
  });

  test("done again changes nothing, and keeps the votes cast since", async () => {
    const rows = [A_LINK, aComment({ id: "a" }), aComment({ id: "b", parent_id: "t1_a" })];
    await importRows(rows);
    await state.db.batch([
      state.db.prepare("UPDATE comment SET ups = ups + 1 WHERE id = 'a'"),
      state.db.prepare("INSERT INTO comment_vote VALUES ('eve', 'a', 1, 1, 'e')"),
      state.db.prepare("UPDATE person SET comment_karma = comment_karma + 1 WHERE key = 'ada'"),
    ]);
    const before = await dump();
    const again = await importRows(rows);
    expect(again).toMatchObject({ imported: 0, alreadyThere: 3, refused: 0, hasChanged: false });
    expect(await dump()).toEqual(before);
  });

  test("gives the same rows in whatever order the files and their lines come", async () => {
    const rows = thread({ roots: 60, chain: 25 });
    await importRows([A_LINK, ...rows]);
    const before = await dump();
    await state.db.batch(CONTENT_TABLES.map((table) => state.db.prepare(`DELETE FROM ${table}`)));
    await importRows(rows.slice(40).reverse(), [A_LINK], rows.slice(0, 40).reverse());
    expect(await dump()).toEqual(before);
  });

  test("tells how far it has come, without going back", async () => {
    const links = join(directory, "links.ndjson");
    const comments = join(directory, "comments.ndjson");
    await writeFile(links, JSON.stringify(A_LINK));
    const rows = thread({ roots: 2000, chain: 0 });
    await writeFile(comments, rows.map((row) => JSON.stringify(row)).join("\n"));
    const read: number[] = [];
    let total = 0;
    await importFiles(state, [comments, links], ({ bytesRead, bytesTotal }) => {
      read.push(bytesRead);
      total = bytesTotal;
    });
    expect(read).toEqual(read.toSorted((a, b) => a - b));
    expect(read.at(-1)).toBe(total);
    expect(read.findIndex((bytes) => bytes > total / 2)).toBeGreaterThan(1);
  });
});

describe("an import that is killed", () => {
  /** Its database fails at the nth transaction. */
  function dying(nth: number): LocalState {
    let batches = 0;
    const db = {
      prepare: (sql: string) => state.db.prepare(sql),
      batch: (statements: Parameters<LocalState["db"]["batch"]>[0]) => {
        batches++;
        if (batches === nth) throw new Error("killed");
        return state.db.batch(statements);
      },
    } as LocalState["db"];
    return { ...state, db };
  }

  test.each([
    ["before the comments", 2],
    ["between comments", 3],
    ["between the comments and what follows from them", 4],
  ])("%s is repaired by the next", async (_, nth) => {
    const path = join(directory, "killed.ndjson");
    const rows = [A_LINK, ...thread({ roots: 2100, chain: 25 })];
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
    await expect(importFiles(dying(nth), [path])).rejects.toThrow("killed");
    expect(await idsOf("/comments")).toEqual([]);
    expect(await brokenComments()).toEqual([]);
    expect(await importFiles(state, [path])).toMatchObject({ refused: 0, hasChanged: true });
    const repaired = await dump();
    await state.db.batch(CONTENT_TABLES.map((table) => state.db.prepare(`DELETE FROM ${table}`)));
    await importFiles(state, [path]);
    expect(await dump()).toEqual(repaired);
  });
});

/** Answers to the post, and a chain of answers to the first of them. */
function thread({ roots, chain }: { readonly roots: number; readonly chain: number }): Row[] {
  const id = (prefix: string, index: number) => prefix + index.toString(36).padStart(3, "0");
  return [
    ...Array.from({ length: roots }, (_, index) =>
      aComment({ id: id("r", index), created_utc: 1000 + index }),
    ),
    ...Array.from({ length: chain }, (_, index) =>
      aComment({
        id: id("s", index),
        parent_id: index === 0 ? "t1_r000" : `t1_${id("s", index - 1)}`,
        created_utc: 1000 + index,
      }),
    ),
  ];
}

/** Comments whose piece or parent does not fit: in one piece with the parent, or the first below it. */
async function brokenComments(): Promise<unknown[]> {
  return rowsOf(`SELECT c.id FROM comment c
    LEFT JOIN piece ON piece.post = c.post AND piece.name = c.piece
    LEFT JOIN comment parent ON parent.id = c.parent
    WHERE piece.name IS NULL OR (c.parent IS NOT NULL AND parent.id IS NULL)
      OR (c.depth > 0 AND (parent.piece <> c.piece OR parent.depth <> c.depth - 1))
      OR (c.depth = 0 AND c.parent IS NOT piece.parent)`);
}

async function expectPiecesToFit(): Promise<void> {
  expect(await brokenComments()).toEqual([]);
  const comments = await rowsOf("SELECT post, piece, depth, data ->> 'text' AS text FROM comment");
  const inPieces = Map.groupBy(comments, ({ post, piece }) => `${post} ${piece}`);
  const pieces = await rowsOf("SELECT post, name, comments, chars FROM piece");
  expect(pieces).toHaveLength(inPieces.size);
  for (const { post, name, ...size } of pieces) {
    const inPiece = inPieces.get(`${post} ${name}`) ?? [];
    const chars = inPiece.reduce((sum, { text }) => sum + String(text).length, 0);
    expect(size).toEqual({ comments: inPiece.length, chars });
    expect(inPiece.length).toBeLessThanOrEqual(MAX_PIECE_COMMENTS);
    expect(Math.max(...inPiece.map(({ depth }) => Number(depth)))).toBeLessThan(MAX_PIECE_DEPTH);
  }
}

describe("the pieces of imported threads", () => {
  test("stay within their limits: 1,200 answers to a post and a chain of 25", async () => {
    await importRows([A_LINK, ...thread({ roots: 1200, chain: 25 })]);
    await expectPiecesToFit();
    const pieces = await rowsOf("SELECT parent FROM piece");
    const belowPost = pieces.filter(({ parent }) => parent === null);
    expect(belowPost.length).toBeGreaterThanOrEqual(1200 / MAX_PIECE_COMMENTS);
    expect(pieces.length - belowPost.length).toBe(2);
  });

  test("are bounded by the length of their texts, too", async () => {
    const body = "x".repeat(20_000);
    const rows = thread({ roots: 40, chain: 3 }).map((row) => ({ ...row, body }));
    await importRows([A_LINK, ...rows]);
    await expectPiecesToFit();
    expect(await rowsOf("SELECT name FROM piece WHERE chars > 300000")).toEqual([]);
  });

  test.each([
    ["the older half first", 0, 1],
    ["the younger half first", 1, 0],
  ])("hold every comment of a thread imported in two halves once: %s", async (_, first, second) => {
    const rows = thread({ roots: 1200, chain: 0 });
    const answers = thread({ roots: 0, chain: 25 });
    const halves = [
      [...rows.slice(0, 600), ...answers.slice(0, 12)],
      [...rows.slice(600), ...answers.slice(12)],
    ];
    await importRows([A_LINK], halves[first] ?? []);
    const both = await importRows([...(halves[first] ?? []), ...(halves[second] ?? [])]);
    expect(both.refused).toBe(0);
    expect(await rowsOf("SELECT count(*) AS comments FROM comment")).toEqual([{ comments: 1225 }]);
    await expectPiecesToFit();
  });
});

/** Of the sample: 103 comments are visible. */
const THREAD_OF_100 = "/comments/9h5tbv";
const MOST_BYTES = { "/": 15_000, [THREAD_OF_100]: 25_000 };
const ASSETS = ["site.css", "site.js", "cairn.svg"].map(
  (name) => `templates/public/assets/2/${name}`,
);

test("the bundled sample is imported to the last line, its threads whole and its pages small", async () => {
  const summary = await importFiles(state, [...SAMPLE].reverse());
  expect(summaryText(summary)).toBe(
    "2,021 links and 5,022 comments read: 7,043 imported, 0 already there, 0 could not be used",
  );
  await expectPiecesToFit();
  expect(await rowsOf("SELECT id FROM post WHERE author = '[deleted]'")).toHaveLength(21);
  await expectFirstViewsToBeSmall();
});

/** With everything that they load, packed. */
async function expectFirstViewsToBeSmall(): Promise<void> {
  const loaded = await Promise.all(
    ASSETS.map(async (file) => gzipSync(await readFile(file)).length),
  );
  const config = { origin: "http://localhost:8787", admins: [] };
  const rendered = await renderPages({ db: state.db, config }, Object.keys(MOST_BYTES));
  for (const [key, most] of Object.entries(MOST_BYTES)) {
    const { head } = encodePage(rendered.get(key) ?? { type: "void" });
    const html = head.representations[0]?.length ?? Number.NaN;
    expect(html + loaded.reduce((sum, bytes) => sum + bytes), key).toBeLessThanOrEqual(most);
  }
  const thread = rendered.get(THREAD_OF_100);
  const [html] = thread?.type === "page" ? thread.representations : [];
  expect(html?.body).toContain("103 comments");
}
