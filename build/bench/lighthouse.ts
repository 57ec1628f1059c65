/**
 * Lighthouse's scores of what readers see first, with its own defaults: a slow phone on a slow net.
 * It is fetched when it is asked for, and no dependency. Without it, or a browser, there is no table.
 */
import { spawn } from "node:child_process";
import { hasTool } from "./reading/load.ts";
import { median, type Table } from "./table.ts";

const LIGHTHOUSE = "lighthouse@13.5.0";
const BROWSER = "chromium";
/** Its scores waver by a point or two on a busy machine. */
const ROUNDS = 3;
/** Root may run no sandbox. */
const BROWSER_FLAGS = "--headless=new --no-sandbox --disable-gpu";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
type Scores = Readonly<Record<(typeof CATEGORIES)[number], number>>;

export interface SeenPage {
  readonly what: string;
  readonly path: string;
}

/** @param origin where the site answers */
export async function benchLighthouse(
  origin: string,
  pages: readonly SeenPage[],
): Promise<Table | null> {
  if (!hasTool(BROWSER)) {
    console.log(
      `Lighthouse: skipped, there is no ${BROWSER} (Debian: apt-get install chromium).\n`,
    );
    return null;
  }
  const rows: string[][] = [];
  for (const { what, path } of pages) {
    const rounds: Scores[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const scores = await scoresOf(origin + path);
      if (scores === null) {
        console.log(`Lighthouse: skipped, ${LIGHTHOUSE} could not be fetched or run.\n`);
        return null;
      }
      rounds.push(scores);
    }
    const score = (category: keyof Scores) => median(rounds.map((each) => each[category]));
    rows.push([what, ...CATEGORIES.map((category) => String(Math.round(score(category) * 100)))]);
  }
  return {
    title: `Lighthouse, as on a phone (medians of ${ROUNDS})`,
    columns: ["", ...CATEGORIES],
    rows,
  };
}

async function scoresOf(url: string): Promise<Scores | null> {
  const options = ["--quiet", "--output=json", "--output-path=stdout"];
  const flags = `--chrome-flags=${BROWSER_FLAGS}`;
  const output = await run("npx", ["--yes", LIGHTHOUSE, url, ...options, flags]);
  if (output === null) return null;
  const { categories } = JSON.parse(output) as {
    readonly categories: Readonly<Record<keyof Scores, { readonly score: number }>>;
  };
  const score = (category: keyof Scores) => [category, categories[category].score] as const;
  return Object.fromEntries(CATEGORIES.map(score)) as unknown as Scores;
}

/** Null when it could not be run, or failed. */
function run(command: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", () => resolve(null));
    child.once("exit", (code) => resolve(code === 0 ? output : null));
  });
}
