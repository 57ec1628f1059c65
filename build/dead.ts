/** `npm run dead`: what could not be applied. A server that has the state does it for the script. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { ALL, type Tended, type Told, tendDeadLetters } from "../src/dev/dead-letters.ts";
import { DEAD_PATH, operatorToken } from "../src/dev/operator.ts";
import { type Expected, refusalOf } from "./arguments.ts";
import { servedPort } from "./lock.ts";
import { NO_PACE } from "./no-pace.ts";
import { ServerError } from "./serve.ts";
import { readSecret } from "./session-secret.ts";
import type { Settings } from "./settings.ts";
import { withState } from "./with-state.ts";

/** An action, and the letters that are meant. */
export const DEAD_ARGUMENTS: Expected = {
  usage: "npm run dead -- list | replay [ID…] | discard ID… | discard --all",
  options: [ALL],
  words: { least: 1, most: Number.POSITIVE_INFINITY, none: "it is not told what to do" },
};

const LATER = "Their pages are published when the site is next served, or by npm run audit.";

/** @returns the exit code */
export async function dead(settings: Settings, told: Told, now: () => number): Promise<number> {
  const port = await servedPort(settings.stateDir);
  if (port !== null) return report(await askServer(settings.stateDir, port, told, now));
  return withState(settings, "npm run dead", async ({ db }) =>
    report(await tendDeadLetters({ db, config: settings.site, now, pace: NO_PACE }, told, LATER)),
  );
}

/**
 * It may take its time: many letters are applied one after another.
 * @throws ServerError
 */
async function askServer(
  stateDir: string,
  port: number,
  told: Told,
  now: () => number,
): Promise<Tended> {
  const headers = { authorization: await operatorToken(readSecret(stateDir), now()) };
  const server = `the server that uses ${stateDir}`;
  const asked = request({ host: "127.0.0.1", port, path: DEAD_PATH, method: "POST", headers });
  const silent = (cause: unknown): never => {
    const why = `${server} does not answer on port ${port}: try again once it is ready`;
    throw new ServerError(why, { cause });
  };
  asked.end(JSON.stringify(told));
  const [answer] = (await once(asked, "response").catch(silent)) as [IncomingMessage];
  if (answer.statusCode === 200) return (await json(answer).catch(silent)) as Tended;
  answer.resume();
  throw new ServerError(
    `${server} could not do it: port ${port} answered ${answer.statusCode}. Its output may say why`,
  );
}

function report(tended: Tended): number {
  if (tended.type === "refused") {
    console.error(`Nothing was done: ${tended.why}. npm run dead -- list shows what there is.`);
    return 1;
  }
  if (tended.type === "senseless") {
    console.error(refusalOf("that makes no sense", DEAD_ARGUMENTS.usage));
    return 1;
  }
  for (const line of tended.lines) console.log(line);
  return 0;
}
