/** Deploying with the real wrangler, to an API that answers as Cloudflare's does, as far as it is asked. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";

const CONTENT = "0a1b2c3d-0000-4000-8000-000000000001";
const ACCOUNTS = "0a1b2c3d-0000-4000-8000-000000000002";
const VERSION = "0a1b2c3d-0000-4000-8000-000000000003";

// Wrangler is started for every step.
vi.setConfig({ testTimeout: 300_000 });

const project = mkdtempSync(join(tmpdir(), "cairn-deploy-"));
const databases: Record<string, DatabaseSync> = {
  [CONTENT]: new DatabaseSync(":memory:"),
  [ACCOUNTS]: new DatabaseSync(":memory:"),
};
let api: Server;
let secrets: readonly { name: string }[];
/** What is asked and never answered. */
let unanswered: string;
let asked: string[];

beforeAll(async () => {
  for (const name of ["src", "templates", "migrations", "node_modules", "package.json"]) {
    symlinkSync(resolve(name), join(project, name));
  }
  writeFileSync(join(project, "wrangler.toml"), filledIn(readFileSync("wrangler.toml", "utf8")));
  api = createServer(async (request, response) => {
    const answer = await answerTo(request);
    if (answer !== undefined) response.end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
});

beforeEach(() => {
  [secrets, unanswered, asked] = [[{ name: "SESSION_SECRET" }], "nothing", []];
});

afterAll(() => {
  api.closeAllConnections();
  api.close();
  rmSync(project, { recursive: true });
});

function filledIn(toml: string): string {
  return toml
    .replaceAll('database_id = "cairn-content"', `database_id = "${CONTENT}"`)
    .replaceAll('database_id = "cairn-accounts"', `database_id = "${ACCOUNTS}"`)
    .replaceAll('id = "cairn-site"', `id = "${"0".repeat(32)}"`)
    .replaceAll("http://localhost:8787", "https://news.example")
    .replace(
      'name = "cairn-reader"',
      'name = "cairn-reader"\nroutes = [{ pattern = "news.example", custom_domain = true }]',
    );
}

async function answerTo(request: IncomingMessage): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://api");
  const [, , , ...path] = pathname.split("/");
  const body = await text(request);
  asked.push(`${request.method} ${path.join("/")}`);
  if (asked.at(-1) === unanswered) return undefined;
  const result = resultOf(path, searchParams.getAll("name"), body);
  return { success: true, errors: [], messages: [], result, result_info: { total_pages: 1 } };
}

function resultOf(path: readonly string[], names: readonly string[], body: string): unknown {
  const database = databases[path[2] ?? ""];
  if (database) return rowsOf(database, JSON.parse(body).sql);
  switch (path.at(-1)) {
    case "secrets":
      return secrets;
    case "queues":
      return names.map((queue_name) => ({ queue_name, queue_id: queue_name, consumers: [] }));
    case "assets-upload-session":
      return { jwt: "a.e30.c", buckets: [] };
    case "changeset":
      return { added: [], removed: [], updated: [], conflicting: [] };
    case "deployments":
      return { deployments: [] };
    case "versions":
      return { id: VERSION, resources: { script: { etag: "" } }, startup_time_ms: 1 };
    case "subdomain":
      return { subdomain: "cairn" };
  }
  const script = { tag: "", tags: [], last_deployed_from: "wrangler", migration_tag: "v1" };
  return {
    bindings: [],
    subdomain: {},
    default_environment: { environment: "production", script },
  };
}

/** D1 does all of it or nothing. */
function rowsOf(database: DatabaseSync, sql: string): unknown {
  const isRead = /^\s*SELECT/i.test(sql);
  if (!isRead) database.exec(`BEGIN; ${sql}; COMMIT`);
  const results = isRead ? database.prepare(sql).all() : [];
  return [{ results, success: true, meta: { duration: 0 } }];
}

async function deploy(until?: () => boolean): Promise<{ code: number; said: string }> {
  const { port } = api.address() as AddressInfo;
  const child = spawn(process.execPath, [resolve("build/cli.ts"), "deploy"], {
    cwd: project,
    detached: true,
    env: {
      ...process.env,
      // As in a container, where nobody has one.
      HOME: "/proc/nobody",
      XDG_CONFIG_HOME: "",
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: "token",
      CLOUDFLARE_ACCOUNT_ID: "0".repeat(32),
      WRANGLER_SEND_METRICS: "false",
    },
  });
  const [out, errors] = [text(child.stdout), text(child.stderr)];
  const interrupt = setInterval(() => {
    if (!until?.()) return;
    clearInterval(interrupt);
    // As a terminal does: all of the group.
    process.kill(-(child.pid ?? 0), "SIGINT");
  }, 100);
  const [code] = await once(child, "exit");
  clearInterval(interrupt);
  return { code, said: (await out) + (await errors) };
}

it("a deploy migrates empty databases, and the Workers follow", async () => {
  const { code, said } = await deploy();
  expect(said).toContain(`Current Version ID: ${VERSION}`);
  expect(code).toBe(0);
  const uploaded = asked.filter((line) => /^POST .*\/versions$/.test(line));
  expect(uploaded.map((line) => line.split("/").at(-2))).toEqual([
    "cairn-assets",
    "cairn-reader",
    "cairn-consumer",
    "cairn-intake",
  ]);
  expect(databases[ACCOUNTS]?.prepare("SELECT count(*) AS n FROM account").get()).toEqual({ n: 0 });
  expect(asked.filter((line) => line.startsWith("POST queues/")).sort()).toEqual([
    "POST queues/cairn-dead/consumers",
    "POST queues/cairn-events/consumers",
    "POST queues/cairn-publish/consumers",
  ]);
  expect(asked.filter((line) => /(routes|records)$/.test(line))).toEqual([
    "PUT workers/scripts/cairn-assets/routes",
    "PUT workers/scripts/cairn-reader/domains/records",
  ]);
});

it("that lacks a secret asks for nothing else", async () => {
  secrets = [];
  const { code, said } = await deploy();
  expect(said).toContain("npx wrangler secret put SESSION_SECRET --env reader");
  expect(code).toBe(1);
  expect(asked).toHaveLength(2);
});

it("that is interrupted says what it leaves", async () => {
  unanswered = "POST workers/scripts/cairn-consumer/versions";
  const { code, said } = await deploy(() => asked.includes(unanswered));
  expect(said).toContain(
    "Done: cairn-content migrated, cairn-accounts migrated, assets deployed, reader deployed.",
  );
  expect(code).not.toBe(0);
});
