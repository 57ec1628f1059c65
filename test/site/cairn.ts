/** Cairn's commands as a user runs them, over a state of their own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Program, startProgram } from "./process.ts";
import { until } from "./until.ts";

/** Bundling on a slow machine. */
const START_MS = 60_000;

export interface Home {
  readonly directory: string;
  /** CAIRN_STATE. */
  readonly stateDir: string;
  remove(): Promise<void>;
}

export async function aHome(): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), "cairn-site-"));
  return {
    directory,
    stateDir: join(directory, "state"),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Starts `npm run {command} -- {args}`, without compiling the templates again. */
export function startCairn(
  home: Home,
  args: readonly string[],
  port = 0,
  environment: Readonly<Record<string, string>> = {},
): Program {
  return startProgram(["build/cli.ts", ...args], {
    ...environment,
    CAIRN_STATE: home.stateDir,
    CAIRN_RATE_LIMITS: "off",
    ...(port === 0 ? {} : { PORT: String(port) }),
  });
}

export async function runCairn(home: Home, ...args: readonly string[]): Promise<Ran> {
  const program = startCairn(home, args);
  const code = await program.ended;
  await program.stop();
  return { code, output: program.output() };
}

/** @throws with what was printed, unless the command succeeds */
export async function mustRun(home: Home, ...args: readonly string[]): Promise<string> {
  const { code, output } = await runCairn(home, ...args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

export async function importLinks(home: Home, csv: string): Promise<void> {
  const file = join(home.directory, "links.csv");
  await writeFile(file, csv);
  await mustRun(home, "import", file);
}

export interface Server {
  /** `http://127.0.0.1:{port}` */
  readonly origin: string;
  readonly program: Program;
}

/** The whole site: `npm start`, which builds the pages first. */
export async function startSite(
  home: Home,
  csv: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  await importLinks(home, csv);
  return serveSite(home, environment);
}

/** `npm start` over what is there. */
export async function serveSite(
  home: Home,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const port = await freePort();
  const program = startCairn(home, ["start"], port, environment);
  await untilReady(program, () => program.output().includes("Ready on"));
  return { origin: `http://127.0.0.1:${port}`, program };
}

/** The reader's Worker and nothing else: no consumer, no intake, no database. */
export async function startReaderAlone(home: Home): Promise<Server> {
  const port = await freePort();
  const options = ["--env", "reader", "--ip", "127.0.0.1", "--port", String(port)];
  const quiet = [
    "--inspector-port",
    "0",
    "--show-interactive-dev-session=false",
    "--log-level",
    "error",
  ];
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  const program = startProgram(
    [wrangler, "dev", ...options, ...quiet, "--persist-to", home.stateDir],
    {},
  );
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(program, () => answers(origin));
  return { origin, program };
}

function answers(origin: string): Promise<boolean> {
  return fetch(origin).then(
    () => true,
    () => false,
  );
}

async function untilReady(
  program: Program,
  isReady: () => boolean | Promise<boolean>,
): Promise<void> {
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  const look = () => {
    if (hasEnded) throw new Error("the server ended");
    return isReady();
  };
  try {
    await until("a server's readiness", look, START_MS);
  } catch (error) {
    await program.kill();
    throw new Error(program.output(), { cause: error });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
