/**
 * Reads on raw workerd, beside hello world on the same runtime, the same page asked from D1, and nginx
 * with the same bytes: interleaved rounds of one run, because the machine's speed varies.
 */
import { join } from "node:path";
import type { Site } from "../../src/pages/page-type.ts";
import { readPage } from "../../src/pages/storage.ts";
import { type LocalState, withLocalState } from "../local.ts";
import { type Contender, startNginx, startWorker } from "./reading/contender.ts";
import { hasTool, loadRound, type Round } from "./reading/load.ts";
import { median, type Table } from "./table.ts";

const ROUNDS = 5;
const GZIP = "Accept-Encoding: gzip";
const HELLO = "hello world in Hono";
const MISS = "404";
const IF_NONE_MATCH = "If-None-Match";
/** Whom no state has: of a page that once was, a void is stored and kept. */
const NOBODY = "/user/no_such_person";

interface Row {
  readonly what: string;
  readonly contender: Contender;
  readonly path: string;
  readonly headers: readonly string[];
}

export interface ReadingCosts {
  readonly table: Table;
  /** Of a request that reads storage: the simulated one works in the same process. */
  readonly cpuMs: number;
}

/** @returns null where wrk is not installed */
export async function benchReading(
  stateDir: string,
  { origin }: Site,
): Promise<ReadingCosts | null> {
  if (!hasTool("wrk")) {
    console.log(
      "Reading: skipped, wrk is not installed (Debian: apt-get install wrk nginx-light).",
    );
    return null;
  }
  const { bytes, etag, thread } = await withLocalState(stateDir, whatIsRead);
  if (!hasTool("nginx"))
    console.log("nginx: skipped, it is not on the PATH (Debian: nginx-light).");
  const contenders = await startAll(stateDir, bytes, origin);
  try {
    const rows = rowsOf(contenders, thread, etag);
    await check(rows);
    return await measure(rows);
  } finally {
    await Promise.all(Object.values(contenders).map((each) => each?.stop()));
  }
}

async function whatIsRead(state: LocalState) {
  const front = await readPage(state.pages, "/");
  const [html] = front?.head.representations ?? [];
  if (!front || !html) throw new Error("the front page is not built");
  const bytes = new Uint8Array(front.body, html.offset, html.length);
  return { bytes, etag: html.etag, thread: await aThread(state) };
}

interface Contenders {
  readonly hello: Contender;
  readonly reader: Contender;
  /** The same, and every request reads storage. */
  readonly forgetful: Contender;
  readonly bare: Contender;
  readonly d1: Contender;
  readonly nginx: Contender | null;
}

async function startAll(
  stateDir: string,
  bytes: Uint8Array,
  siteOrigin: string,
): Promise<Contenders> {
  const startReader = (ms: string) =>
    startWorker("src/reader/worker.ts", stateDir, { KEEP_MS: ms });
  const reader = await startReader("1000");
  return {
    hello: await startWorker("build/bench/reading/hello.ts", stateDir),
    reader,
    forgetful: await startReader("0"),
    bare: await startWorker("build/bench/reading/bare.ts", stateDir, {
      BODY: Buffer.from(bytes).toString("base64"),
      HEADERS: JSON.stringify(await headersOf(reader)),
    }),
    d1: await startWorker("build/bench/reading/d1-page.ts", stateDir, { ORIGIN: siteOrigin }),
    nginx: hasTool("nginx") ? await startNginx(join(stateDir, "nginx"), bytes) : null,
  };
}

/** Of the front page, without those that are the connection's. */
async function headersOf({ origin }: Contender): Promise<[string, string][]> {
  const { headers } = await fetch(origin, { headers: { "Accept-Encoding": "gzip" } });
  const connections = ["connection", "content-length", "keep-alive", "transfer-encoding"];
  return [...headers].filter(([name]) => !connections.includes(name));
}

function rowsOf(
  { hello, reader, forgetful, bare, d1, nginx }: Contenders,
  thread: string,
  etag: string,
): Row[] {
  const row = (what: string, contender: Contender, path: string, ...headers: string[]): Row => ({
    what,
    contender,
    path,
    headers,
  });
  return [
    row(HELLO, hello, "/"),
    row("front page, gzip", reader, "/", GZIP),
    row("front page, as browsers ask", reader, "/", "Accept-Encoding: gzip, deflate, br, zstd"),
    row("front page, plain", reader, "/", "Accept-Encoding: identity"),
    row("community", reader, "/r/programming", GZIP),
    row("thread", reader, thread, GZIP),
    row("304", reader, "/", GZIP, `${IF_NONE_MATCH}: ${etag}`),
    row("front page, read from storage each time", forgetful, "/", GZIP),
    row(MISS, reader, NOBODY, GZIP),
    row("the front page's bytes and headers, nothing else", bare, "/", GZIP),
    row("front page from D1", d1, "/"),
    ...(nginx ? [row("front page, nginx", nginx, "/", GZIP)] : []),
  ];
}

/** The thread with most comments on one of the first pages of the newest comments. */
async function aThread({ pages }: LocalState): Promise<string> {
  const stored = await readPage(pages, "/comments");
  const json = stored?.head.representations.find(({ type }) => type === "json");
  if (!stored || !json) return "/";
  const body = new Response(new Uint8Array(stored.body, json.offset, json.length)).body;
  const text = await new Response(body?.pipeThrough(new DecompressionStream("gzip"))).text();
  return /"permalink":"([^"#]+)#/.exec(text)?.[1] ?? "/";
}

/** Each answers as it should, and all front pages are one: errors are fast as well. */
async function check(rows: readonly Row[]): Promise<void> {
  const fronts = new Map<string, string>();
  for (const { what, contender, path, headers } of rows) {
    const pairs = headers.map((header) => header.split(": ") as [string, string]);
    const answer = await fetch(contender.origin + path, { headers: pairs });
    const isConditional = pairs.some(([name]) => name === IF_NONE_MATCH);
    const expected = isConditional ? 304 : what === MISS ? 404 : 200;
    if (answer.status !== expected) throw new Error(`${what}: answered with ${answer.status}`);
    const text = await answer.text();
    if (what.includes("front page")) fronts.set(text, what);
  }
  if (fronts.size > 1) throw new Error(`not the same page: ${[...fronts.values()].join(", ")}`);
}

async function measure(rows: readonly Row[]): Promise<ReadingCosts> {
  const rounds = new Map<Row, Round[]>(rows.map((row) => [row, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const row of rows) {
      const measured = await loadRound(row.contender, row.path, row.headers, row.what === MISS);
      // The first one warms up.
      if (round > 0) rounds.get(row)?.push(measured);
    }
  }
  const medians = rows.map((row) => {
    const all = rounds.get(row) ?? [];
    return {
      what: row.what,
      requests: median(all.map(({ requestsPerSecond }) => requestsPerSecond)),
      cpu: median(all.map(({ cpuPerRequest }) => cpuPerRequest)),
    };
  });
  const hello = medians.find(({ what }) => what === HELLO);
  const miss = medians.find(({ what }) => what === MISS);
  const table = {
    title: `Reading, on raw workerd (medians of ${ROUNDS} interleaved rounds)`,
    columns: ["", "requests/s", "of hello world", "CPU per request", "of its CPU"],
    rows: medians.map(({ what, requests, cpu }) => [
      what,
      String(Math.round(requests)),
      (requests / (hello?.requests ?? Number.NaN)).toFixed(2),
      `${Math.round(cpu)} µs`,
      (cpu / (hello?.cpu ?? Number.NaN)).toFixed(2),
    ]),
  };
  return { table, cpuMs: (miss?.cpu ?? Number.NaN) / 1000 };
}
