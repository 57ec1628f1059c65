/** Who holds a state: whoever uses it, and nobody else who has come by a number of theirs. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockState, servedPort } from "../build/lock.ts";
import { ARE_PROCESSES_KNOWN, startOf } from "../build/processes.ts";
import { until } from "./site/until.ts";

/** Beyond the largest that Linux gives. */
const NOBODY = 2 ** 22 + 1;
const END_MS = 10_000;

let stateDir: string;
let store: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "cairn lock "));
  mkdirSync(join(stateDir, "v3", "d1"), { recursive: true });
  store = join(stateDir, "v3", "d1", "one.sqlite");
  writeFileSync(store, "");
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(stateDir, { recursive: true });
});

function leaveLock(content: unknown): void {
  const gone = { command: "npm start", pids: [NOBODY], starts: [1], port: null, simulator: null };
  writeFileSync(join(stateDir, "cairn.lock"), JSON.stringify({ ...gone, ...(content as object) }));
}

async function isFree(): Promise<boolean> {
  const lock = await lockState(stateDir, "npm run build").catch(() => null);
  lock?.release();
  return lock !== null;
}

/** A program that waits, perhaps with a file open. @returns its process id */
function waiting(program = "sleep", file?: string): number {
  const stdin = file === undefined ? "ignore" : openSync(file, "r");
  const child = spawn(program, ["60"], { stdio: [stdin, "ignore", "ignore"] });
  started.push(child);
  return child.pid ?? 0;
}

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
}

describe("a lock", () => {
  it("is there while it is held, and names who holds it", async () => {
    const lock = await lockState(stateDir, "npm run build");
    const file = join(stateDir, "cairn.lock");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      command: "npm run build",
      pids: [process.pid],
      starts: [startOf(process.pid)],
    });
    lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it.each(["{}", "[]", '"x"', "null", "7", "{", '{"command":"x"}', '{"command":"x","pids":[-1]}'])(
    "that is none keeps nobody out: %s",
    async (content) => {
      writeFileSync(join(stateDir, "cairn.lock"), content);
      expect(await isFree()).toBe(true);
    },
  );

  it("names its file to whoever is kept out", async () => {
    const pid = waiting();
    leaveLock({ pids: [pid], starts: [startOf(pid)] });
    const refused = lockState(stateDir, "npm run build");
    await expect(refused).rejects.toThrow(`\`npm start\` is using it (process ${pid}). Stop that`);
    await expect(refused).rejects.toThrow(`remove ${join(stateDir, "cairn.lock")}`);
  });

  it("says where a server is, as long as it lives", async () => {
    expect(await servedPort(stateDir)).toBeNull();
    leaveLock({ port: 9 });
    expect(await servedPort(stateDir)).toBeNull();
    const pid = waiting();
    leaveLock({ pids: [pid], starts: [startOf(pid)] });
    expect(await servedPort(stateDir)).toBeNull();
    leaveLock({ pids: [pid], starts: [startOf(pid)], port: 9 });
    expect(await servedPort(stateDir)).toBe(9);
  });

  it("of this process's own number is of one before it", async () => {
    leaveLock({ pids: [process.pid], starts: [1] });
    expect(await isFree()).toBe(true);
  });
});

describe.runIf(ARE_PROCESSES_KNOWN)("where processes are known", () => {
  it.each([1, process.ppid])("another one with the number of one that is gone: %i", async (pid) => {
    leaveLock({ pids: [pid], starts: [-1] });
    expect(await isFree()).toBe(true);
    leaveLock({ pids: [pid], starts: undefined });
    expect(await isFree()).toBe(true);
  });

  it("one that has ended holds nothing, although nobody has heard of it", async () => {
    const stdio = ["ignore", "pipe", "ignore", "pipe"] as const;
    const parent = spawn("sh", ["-c", "cat <&3 & echo $!; exec sleep 60"], { stdio: [...stdio] });
    started.push(parent);
    const pid = await new Promise<number>((resolve) => {
      parent.stdout?.once("data", (chunk) => resolve(Number(chunk)));
    });
    // A shell hears of its children, `sleep` does not.
    const isDeaf = () => readFileSync(`/proc/${parent.pid}/comm`, "utf8") === "sleep\n";
    await until("a parent that does not hear", isDeaf, END_MS);
    (parent.stdio[3] as Writable).end();
    await until("its end", () => startOf(pid) === null, END_MS);
    expect(process.kill(pid, 0)).toBe(true);
  });

  it("another program may listen where a dead server did", async () => {
    const server = await listening();
    leaveLock({ port: (server.address() as { port: number }).port });
    expect(await isFree()).toBe(true);
    server.close();
  });

  it("a server keeps the state whose script is gone, and is named", async () => {
    leaveLock({ port: 9 });
    const pid = waiting("sleep", store);
    const refused = lockState(stateDir, "npm run build");
    await expect(refused).rejects.toThrow(`(process ${pid}, port 9)`);
    process.kill(pid, "SIGKILL");
    expect(await isFree()).toBe(true);
  });

  describe("a simulator", () => {
    let workerd: string;
    beforeEach(() => {
      const { stdout } = spawnSync("which", ["sleep"], { encoding: "utf8" });
      workerd = join(stateDir, "workerd");
      copyFileSync(stdout.trim(), workerd);
    });

    /** Its parent ends before it does. */
    function left(): number {
      const script = `"${workerd}" 60 < "${store}" > /dev/null 2>&1 & echo $!`;
      return Number(spawnSync("sh", ["-c", script], { encoding: "utf8" }).stdout);
    }

    it("whose script was killed is ended", async () => {
      leaveLock({});
      const pid = left();
      expect(await isFree()).toBe(true);
      expect(startOf(pid)).toBe(null);
    });

    it("of a server that was killed is left alone", async () => {
      leaveLock({ port: 9 });
      const pid = left();
      expect(await isFree()).toBe(false);
      process.kill(pid, "SIGKILL");
    });

    it("of another program is left alone", async () => {
      leaveLock({});
      waiting(workerd, store);
      expect(await isFree()).toBe(false);
    });
  });
});

describe.runIf(!ARE_PROCESSES_KNOWN)("where they are not", () => {
  it("a server keeps the state whose script is gone, as long as its port answers", async () => {
    const server = await listening();
    leaveLock({ port: (server.address() as { port: number }).port });
    expect(await isFree()).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree()).toBe(true);
  });
});
