/** The full build: what it writes, what it leaves alone, and what it finds wrong. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditSite } from "../build/audit.ts";
import { buildSite } from "../build/full-build.ts";
import { importFiles } from "../build/import/import-files.ts";
import { type LocalState, openLocalState } from "../build/local.ts";
import { migrate } from "../build/migrate.ts";
import { listObjects, objectPathsOf, openObjectFiles } from "../build/object-files.ts";
import { openRenderThreads } from "../build/render-threads.ts";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { encodePage } from "../src/pages/encode.ts";
import { putPage, readPage, readVersion } from "../src/pages/storage.ts";
import { beginBuilding } from "../src/store/compiled.ts";
import { migrationsOf } from "./memory/sqlite-d1.ts";
import { until } from "./site/until.ts";

const SITE = { origin: "http://localhost:8787", admins: [] };
const LINKS = 60;

let directory: string;
let state: LocalState;
let pages: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cairn-build-"));
  state = await openLocalState(join(directory, "state"));
  await migrate(state);
  const file = join(directory, "links.csv");
  const links = Array.from(
    { length: LINKS },
    (_, index) =>
      `link${index},Stone ${index},cairns,${1_300_000_000 + index},http://a.example/${index}`,
  );
  await writeFile(file, ["id,title,subreddit,created_utc,url", ...links].join("\n"));
  await importFiles(state, [file]);
  const first = await build();
  pages = first.pages;
  expect(first).toEqual({ pages, written: pages, unchanged: 0 });
});

afterAll(async () => {
  await state.dispose();
  await rm(directory, { recursive: true });
});

function build() {
  return buildSite(state, SITE, Date.now);
}

async function hashes(...keys: string[]): Promise<unknown[]> {
  return Promise.all(keys.map(async (key) => (await readVersion(state.pages, key))?.hash));
}

test("a second build writes nothing", async () => {
  const [before] = await hashes("/");
  expect(await build()).toEqual({ pages, written: 0, unchanged: pages });
  expect(await hashes("/")).toEqual([before]);
});

test("what is missing is written again, and what somebody else has put; nothing else", async () => {
  const before = await hashes("/", "/hot/2");
  await state.pages.delete("/");
  await state.pages.put("/hot/2", "hello");
  expect(await build()).toMatchObject({ written: 2 });
  expect(await hashes("/", "/hot/2")).toEqual(before);
  expect(await build()).toMatchObject({ written: 0 });
});

test("what it stores is what R2 itself would have stored", async () => {
  const page = encodePage({ type: "redirect", status: 301, location: "/" });
  await putPage(state.pages, "/by-r2", page, 7, null);
  const files = openObjectFiles(state.objects);
  files.putAll([{ key: "/by-build", page, commit: 7 }], Date.now());
  const read = async (key: string) => {
    const object = await state.pages.get(key);
    if (!object) throw new Error(`${key} is not stored`);
    const { size, etag, httpEtag, customMetadata, httpMetadata } = object;
    const body = Buffer.from(await object.arrayBuffer()).toString("base64");
    const checksums = object.checksums.toJSON();
    return { size, etag, httpEtag, customMetadata, httpMetadata, checksums, body };
  };
  expect(await read("/by-build")).toEqual(await read("/by-r2"));
  const { storedAt, ...byR2 } = (await readPage(state.pages, "/by-r2")) ?? {};
  expect(storedAt).toBeLessThanOrEqual(Date.now());
  expect(Object.fromEntries(files.readPages(["/by-r2", "/by-build", "/by-nobody"]))).toEqual({
    "/by-r2": byR2,
    "/by-build": byR2,
  });
  const seen = await readVersion(state.pages, "/by-build");
  expect(await putPage(state.pages, "/by-build", page, 8, seen)).not.toBeNull();
  expect(await putPage(state.pages, "/by-build", page, 9, seen)).toBeNull();
  await state.pages.delete(["/by-r2", "/by-build"]);
});

test("what is stale is rendered, and put if it is different", async () => {
  const isStale = (key: string) =>
    state.db.prepare("UPDATE page SET named = written + 1 WHERE key = ?1").bind(key);
  await state.db.batch([
    state.db.prepare("UPDATE site SET commit_number = commit_number + 1"),
    state.db.prepare("UPDATE post SET comments = 7 WHERE id = 'link3'"),
    isStale("/comments/link3"),
    isStale("/comments/link4"),
  ]);
  expect(await build()).toMatchObject({ written: 1 });
  await state.db.prepare("UPDATE post SET comments = 0 WHERE id = 'link3'").run();
  await state.db.prepare("UPDATE page SET named = written + 1 WHERE key = '/comments/link3'").run();
  await state.db.prepare("UPDATE site SET commit_number = commit_number + 1").run();
  expect(await build()).toMatchObject({ written: 1 });
});

test("what no row explains is removed, but voids stay", async () => {
  const put = (key: string, rendered: Parameters<typeof encodePage>[0]) =>
    putPage(state.pages, key, encodePage(rendered), 1, null);
  await put("/comments/nowhere", { type: "redirect", status: 301, location: "/" });
  await put("/comments/gone", { type: "void" });
  expect(await build()).toEqual({ pages, written: 0, unchanged: pages });
  expect(await readPage(state.pages, "/comments/nowhere")).toBeNull();
  expect((await readPage(state.pages, "/comments/gone"))?.head.status).toBe(404);
});

test("after a build that was killed, what it had written is left alone, whatever was before", async () => {
  const elsewhere = { ...SITE, origin: "https://other.example" };
  const { written } = await buildSite(state, elsewhere, Date.now);
  // Killed at once: everything is still of the other configuration.
  await beginBuilding(state.db, fingerprintOf(SITE));
  expect(await build()).toMatchObject({ written });
  const [here] = await hashes("/comments/link5");
  // Killed when one page was missing: the others are taken for written, in truth they are not.
  await buildSite(state, elsewhere, Date.now);
  const [there] = await hashes("/comments/link6");
  const { commit } = await beginBuilding(state.db, fingerprintOf(SITE));
  await state.db.batch([
    state.db.prepare("UPDATE page SET written = ?1").bind(commit),
    state.db.prepare("UPDATE page SET written = ?1 - 1 WHERE key = '/comments/link5'").bind(commit),
  ]);
  await build();
  expect(await hashes("/comments/link5", "/comments/link6")).toEqual([here, there]);
  await state.db.prepare("UPDATE site SET compiled = ''").run();
  await build();
  expect(await hashes("/comments/link6")).not.toEqual([there]);
});

test("other code or configuration renders everything, and writes what it changes", async () => {
  const elsewhere = { ...SITE, origin: "https://cairn.example" };
  const { written, unchanged } = await buildSite(state, elsewhere, Date.now);
  expect(written).toBeGreaterThan(LINKS);
  expect(unchanged).toBeGreaterThan(0);
  expect(written + unchanged).toBe(pages);
  expect(await build()).toMatchObject({ written });
});

test("a body that has been replaced leaves no file", async () => {
  await until(
    "one file for each object",
    async () => (await readdir(state.objects.blobs)).length === listObjects(state.objects).size,
    10_000,
  );
});

test("what the audit finds different, the next build writes", async () => {
  const [before] = await hashes("/comments/link7");
  const version = await readVersion(state.pages, "/comments/link7");
  const wrong = encodePage({ type: "redirect", status: 301, location: "/" });
  await putPage(state.pages, "/comments/link7", wrong, 1, version);
  // Nobody noticed: the row is as new as the object.
  await state.db.prepare("UPDATE page SET written_at = written_at + 60000").run();
  expect(await build()).toMatchObject({ written: 0 });
  const audit = await auditSite(state, SITE, Date.now);
  expect(audit).toEqual({ compared: pages, differ: ["/comments/link7"], missing: [], extra: [] });
  expect(await build()).toMatchObject({ written: 1 });
  expect(await hashes("/comments/link7")).toEqual([before]);
  expect((await auditSite(state, SITE, Date.now)).differ).toEqual([]);
});

test("what the audit does not find, or cannot read, the next build writes", async () => {
  const before = await hashes("/comments/link8", "/comments/link9");
  const table = new DatabaseSync(state.objects.table, { readOnly: true });
  const blob = table.prepare("SELECT blob_id FROM _mf_objects WHERE key = '/comments/link8'").get();
  table.close();
  await rm(join(state.objects.blobs, blob?.blob_id as string));
  await state.pages.put("/comments/link9", "hello");
  await state.db.prepare("UPDATE page SET written_at = written_at + 60000").run();
  expect(await build()).toMatchObject({ written: 0 });
  const missing = ["/comments/link8", "/comments/link9"];
  expect(await auditSite(state, SITE, Date.now)).toMatchObject({ differ: [], missing });
  expect(await build()).toMatchObject({ written: 2 });
  expect(await hashes(...missing)).toEqual(before);
  expect((await auditSite(state, SITE, Date.now)).missing).toEqual([]);
});

test("a bucket of which a killed start has made the file only is made whole", async () => {
  const begun = join(directory, "begun");
  const { table } = objectPathsOf(begun, "cairn-pages");
  await mkdir(dirname(table), { recursive: true });
  await writeFile(table, "");
  const other = await openLocalState(begun);
  expect(listObjects(other.objects).size).toBe(0);
  await other.dispose();
});

test("a database that another wrangler.toml has left beside it is not taken for this one", async () => {
  const folder = join(state.stateDir, "v3", "d1", "miniflare-D1DatabaseObject");
  const other = join(folder, `${"0".repeat(64)}.sqlite`);
  await writeFile(other, "");
  const file = new DatabaseSync(other);
  for (const sql of migrationsOf("content").values()) file.exec(sql);
  file.close();
  try {
    expect(await build()).toMatchObject({ pages });
  } finally {
    await rm(other);
  }
});

test("a thread that cannot even begin fails the build, and does not hang it", async () => {
  const config = { origin: "http://localhost:8787", admins: [] };
  const settings = { contentFile: "/nowhere/no.sqlite", config, commit: 1, objects: null };
  const threads = openRenderThreads(settings);
  const first = threads.render([{ key: "/", mustPut: false }], 0);
  await expect(first).rejects.toThrow();
  await expect(threads.render([{ key: "/", mustPut: false }], 0)).rejects.toThrow();
  await threads.stop();
});
