/** Scripts that are told to end: at once, saying so, and with a state that the next one goes on with. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, freePort, type Home, importLinks, mustRun, startCairn } from "./site/cairn.ts";
import { csvOfStones } from "./site/links.ts";
import type { Program } from "./site/process.ts";
import { until } from "./site/until.ts";

/** A script that waits for its simulator waits for ever. */
const PROMPT_MS = 5000;
const BEGIN_MS = 60_000;

let home: Home;

beforeAll(async () => {
  home = await aHome();
  await importLinks(home, csvOfStones());
});

afterAll(() => home.remove());

async function endWhileRunning(script: string, signal: NodeJS.Signals, whom: "program" | "group") {
  const program = startCairn(home, [script]);
  await until("its beginning", () => program.output().includes("pages ["), BEGIN_MS);
  const told = Date.now();
  program.signal(signal, whom);
  const code = await program.ended;
  const isPrompt = Date.now() - told < PROMPT_MS;
  const saysSo = program.output().includes(`\`npm run ${script}\` was ended by ${signal}`);
  await program.stop();
  return { code, isPrompt, saysSo };
}

test("a build and an audit, by kill or from a terminal", async () => {
  const told = { isPrompt: true, saysSo: true };
  expect(await endWhileRunning("build", "SIGTERM", "program")).toEqual({ code: 143, ...told });
  await mustRun(home, "build");
  expect(await endWhileRunning("audit", "SIGINT", "group")).toEqual({ code: 130, ...told });
  expect(await mustRun(home, "audit")).toContain("0 differ");
});

/** Once what serves has been started, which does not answer yet. */
async function startServing(site: Home): Promise<Program> {
  const port = await freePort();
  const program = startCairn(site, ["dev"], port);
  const lock = join(site.stateDir, "cairn.lock");
  const isStarting = () => existsSync(lock) && readFileSync(lock, "utf8").includes(`:${port}`);
  await until("its beginning", isStarting, BEGIN_MS);
  return program;
}

test.each([
  ["SIGINT", "group", 130],
  ["SIGTERM", "program", 143],
] as const)("a server that is still starting, by %s to the %s", async (signal, whom, code) => {
  const program = await startServing(home);
  const told = Date.now();
  program.signal(signal, whom);
  expect(await program.ended).toBe(code);
  expect(Date.now() - told).toBeLessThan(PROMPT_MS);
  expect(program.output()).not.toMatch(/Error|Ready|empty/);
  await program.stop();
});

test("a server of an empty state, which has said so", async () => {
  const empty = await aHome();
  const program = await startServing(empty);
  program.signal("SIGTERM", "program");
  expect(await program.ended).toBe(143);
  expect(program.output()).toContain(`${empty.stateDir} is empty, so nothing will be found`);
  await program.stop();
  await empty.remove();
});
