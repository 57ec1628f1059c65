/** Minifies the overlay's scripts into the static assets. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { writeChanged } from "./write-changed.ts";

const SCRIPTS = "templates/scripts";
/**
 * Where pages look for them; a new generation only when markup and script stop fitting. Pages of the
 * old one are served for a while yet: .gitignore follows, and its compiled scripts are committed.
 */
export const OUTPUT = "templates/public/assets/2";

export function compileScripts(): void {
  mkdirSync(OUTPUT, { recursive: true });
  for (const file of readdirSync(SCRIPTS)) {
    const source = readFileSync(join(SCRIPTS, file), "utf8");
    const { code } = transformSync(source, { minify: true, format: "esm", target: "es2023" });
    writeChanged(join(OUTPUT, file), code);
  }
}
