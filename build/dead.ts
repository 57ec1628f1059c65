/** `npm run dead`: what could not be applied. A server that has the state does it for the script. */
import { ALL, type Tended, type Told, tendDeadLetters } from "../src/dev/dead-letters.ts";
import { DEAD_PATH, operatorHeaders } from "../src/dev/operator.ts";
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

/** @throws ServerError */
async function askServer(
  stateDir: string,
  port: number,
  told: Told,
  now: () => number,
): Promise<Tended> {
  const headers = await operatorHeaders(readSecret(stateDir), now());
  const body = JSON.stringify(told);
  const answer = await fetch(`http://127.0.0.1:${port}${DEAD_PATH}`, {
    method: "POST",
    headers,
    body,
  }).catch((cause) => {
    throw new ServerError(
      `the server that uses ${stateDir} does not answer on port ${port}: try again once it is ready`,
      { cause },
    );
  });
  if (answer.ok) return (await answer.json()) as Tended;
  throw new ServerError(
    `the server that uses ${stateDir} could not do it: port ${port} answered ${answer.status}`,
  );
}

function report(tended: Tended): number {
  if (tended.type === "refused") {
    console.error(refusalOf(tended.why, DEAD_ARGUMENTS.usage));
    return 1;
  }
  for (const line of tended.lines) console.log(line);
  return 0;
}
