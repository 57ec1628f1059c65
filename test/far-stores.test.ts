/** The bench's Workers and their stores are in different processes; the bindings are the runtime's own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, reaching } from "../build/bench/load/far-stores.ts";
import {
  codeThat,
  startWorkerd,
  type WorkerdProcess,
} from "../build/bench/load/workerd-process.ts";

const HERE = `export default {
  async fetch(request, env) {
    const { name, method, args } = await request.json();
    if (name === "DB") return Response.json(await env.DB.prepare(...args).all());
    const answer = await env[name][method](...args);
    return Response.json((await answer?.text?.()) ?? answer ?? null);
  },
};`;

let directory: string;
let there: WorkerdProcess;
let here: WorkerdProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "cairn-test-"));
  const stores = {
    name: "stores",
    ...codeThat("export default {};"),
    d1Databases: { DB: "db" },
    r2Buckets: { PAGES: "pages" },
    kvNamespaces: { SITE: "site" },
    unsafeBindings: [answering(directory)],
  };
  there = await startWorkerd([stores]);
  const kinds = { DB: "d1", PAGES: "r2", SITE: "kv" } as const;
  here = await startWorkerd([
    { name: "worker", ...codeThat(HERE), unsafeBindings: reaching(directory, kinds) },
  ]);
});

afterAll(async () => {
  await here.miniflare.dispose();
  await there.miniflare.dispose();
  rmSync(directory, { recursive: true });
});

async function call(name: string, method: string, ...args: unknown[]): Promise<unknown> {
  return (await here.post("worker", "/", { name, method, args })).json();
}

test("a query is answered by the database of the other process", async () => {
  const db = await there.miniflare.getD1Database("DB");
  await db.exec("CREATE TABLE stone (name TEXT)");
  await db.prepare("INSERT INTO stone VALUES ('basalt')").run();
  expect(await call("DB", "prepare", "SELECT name FROM stone")).toMatchObject({
    results: [{ name: "basalt" }],
    meta: { rows_read: 1 },
  });
});

test("an object is put into the bucket of the other process", async () => {
  await call("PAGES", "put", "a/key", "a page");
  expect(await call("PAGES", "get", "a/key")).toBe("a page");
  const bucket = await there.miniflare.getR2Bucket("PAGES");
  expect(await (await bucket.get("a/key"))?.text()).toBe("a page");
});

test("a value is read from the namespace of the other process", async () => {
  const namespace = await there.miniflare.getKVNamespace("SITE");
  await namespace.put("about", "this site");
  expect(await call("SITE", "get", "about")).toBe("this site");
});
