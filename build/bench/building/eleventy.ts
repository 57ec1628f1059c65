/** Eleventy over the same content, with templates of its own beside this file. */
import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ContentPage } from "./content.ts";
import { countHtml } from "./hugo.ts";
import { runTool } from "./run-tool.ts";

export const ELEVENTY = "@11ty/eleventy@3.1.2";

const TEMPLATES = "build/bench/building/eleventy";
/** It holds everything: the data, and each page until it is written. Megabytes. */
const HEAP_MB = 6000;

/** @returns a function that takes pages: posts become Markdown files, listings are data */
export function openEleventySite(folder: string): (pages: readonly ContentPage[]) => void {
  mkdirSync(join(folder, "posts"), { recursive: true });
  cpSync(TEMPLATES, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const listings = join(folder, "listings.ndjson");
  let posts = 0;
  return (pages) => {
    for (const page of pages) {
      if (page.type === "listing") appendFileSync(listings, `${JSON.stringify(page)}\n`);
      else writeFileSync(join(folder, "posts", `${posts++}.md`), postFile(page));
    }
  };
}

function postFile({ path, text, ...data }: ContentPage & { type: "thread" }): string {
  const { title } = data.post;
  const front = { layout: "thread.njk", title, permalink: `${path}/`, ...data };
  return `---json\n${JSON.stringify(front)}\n---\n${text}\n`;
}

/** Throws where it is neither cached nor to be fetched. */
export function fetchEleventy(folder: string): Promise<void> {
  return runTool("npx", ["--yes", ELEVENTY, "--version"], folder);
}

/** @returns how many pages it wrote */
export async function runEleventy(folder: string): Promise<number> {
  const env = `NODE_OPTIONS=--max-old-space-size=${HEAP_MB}`;
  await runTool("env", [env, "npx", "--yes", ELEVENTY, "--quiet"], folder);
  return countHtml(join(folder, "_site"));
}
