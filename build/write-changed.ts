/** Writes what is compiled. `wrangler dev` watches it, and restarts the Worker of whoever is served. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A file that has this content already is not touched. */
export function writeChanged(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  writeFileSync(file, content);
}
