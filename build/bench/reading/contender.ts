/** A server that is measured: a Worker on raw workerd, or nginx. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { STORES } from "../../simulator-files.ts";

const HOST = "127.0.0.1";

export interface Contender {
  readonly origin: string;
  /** The process whose CPU time counts. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * A Worker behind a socket of workerd itself: neither wrangler's proxy nor Miniflare's entry Worker
 * stands between.
 */
export async function startWorker(
  main: string,
  stateDir: string,
  vars: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml", "dev");
  const { d1Databases, r2Buckets, kvNamespaces, compatibilityDate } = workerOptions;
  const port = await freePort();
  const before = new Set(workerdOf());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(stateDir, STORES),
      workers: [
        {
          name: "contender",
          modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundle(main) }],
          compatibilityDate,
          compatibilityFlags: ["nodejs_compat"],
          d1Databases,
          r2Buckets,
          kvNamespaces,
          bindings: vars,
          serviceBindings: { INTAKE: () => new Response(null, { status: 503 }) },
          unsafeDirectSockets: [{ host: HOST, port }],
        },
      ],
    } as unknown as V4MiniflareOptions),
  );
  await miniflare.ready;
  const pid = workerdOf().find((child) => !before.has(child));
  if (pid === undefined) throw new Error("workerd did not start");
  return { origin: `http://${HOST}:${port}`, pid, stop: () => miniflare.dispose() };
}

export async function bundle(main: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Processes of workerd that this one has started. */
export function workerdOf(): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(process.pid)]);
  const pids = stdout.toString().trim().split(/\s+/).map(Number);
  return pids.filter((pid) => commandOf(pid) === "workerd");
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

/**
 * nginx with one worker process, serving the same bytes from a file.
 * @param gzipped the body as it is stored
 */
export async function startNginx(directory: string, gzipped: Uint8Array): Promise<Contender> {
  const port = await freePort();
  mkdirSync(join(directory, "html"), { recursive: true });
  writeFileSync(join(directory, "html", "index.html.gz"), gzipped);
  writeFileSync(join(directory, "html", "index.html"), "");
  // As root it would read the files as somebody who may not enter the folder.
  const user = process.getuid?.() === 0 ? "user root; " : "";
  writeFileSync(
    join(directory, "nginx.conf"),
    `${user}daemon off; worker_processes 1; pid ${directory}/pid; error_log stderr crit;
events {}
http {
  access_log off; client_body_temp_path ${directory}; proxy_temp_path ${directory};
  fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  types { text/html html; }
  server { listen ${HOST}:${port}; root ${directory}/html; gzip_static always; keepalive_requests 1000000; }
}
`,
  );
  const nginx = spawn("nginx", ["-c", join(directory, "nginx.conf"), "-p", directory], {
    stdio: "ignore",
  });
  await untilServed(port);
  const worker = Number(
    spawnSync("ps", ["-o", "pid=", "--ppid", String(nginx.pid)]).stdout.toString(),
  );
  return { origin: `http://${HOST}:${port}`, pid: worker, stop: () => ended(nginx) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill();
  });
}

async function untilServed(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://${HOST}:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
