/** Eleventy over the same content, as data that two templates beside this file page through. */
import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ContentPage } from "./content.ts";
import { countHtml } from "./hugo.ts";
import { runTool } from "./run-tool.ts";

export const ELEVENTY = "@11ty/eleventy@3.1.2";

const TEMPLATES = "build/bench/building/eleventy";
/** It holds everything: the data, and each page until it is written. Megabytes. */
const HEAP_MB = 6000;

/** @returns a function that takes pages to write as data */
export function openEleventySite(folder: string): (pages: readonly ContentPage[]) => void {
  mkdirSync(join(folder, "_data"), { recursive: true });
  cpSync(TEMPLATES, folder, { recursive: true });
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const fileOf = (type: ContentPage["type"]) => join(folder, `${type}.ndjson`);
  for (const type of ["listing", "thread"] as const) writeFileSync(fileOf(type), "");
  return (pages) => {
    for (const page of pages) appendFileSync(fileOf(page.type), `${JSON.stringify(page)}\n`);
  };
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
