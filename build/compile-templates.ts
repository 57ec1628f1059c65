/**
 * Compiles templates/*.eta into one module of functions, which runs in Node and in workerd, and
 * takes the fingerprint of everything that decides how pages look.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Eta } from "eta";
import { writeChanged } from "./write-changed.ts";

const TEMPLATES = "templates";
/** Sources whose change may change the bytes of a page; the lock file pins the libraries. */
const PAGE_SOURCES = ["src/pages", "src/model", "src/store"];
const LIBRARIES = "package-lock.json";
const OUTPUT = "src/pages/compiled";
const TYPES = `import type { Eta } from "eta/core";
export const FINGERPRINT: string;
export function loadTemplates(eta: Eta): void;
`;

export function compileTemplates(): void {
  const files = readdirSync(TEMPLATES)
    .filter((file) => file.endsWith(".eta"))
    .sort();
  const eta = new Eta({ autoTrim: false });
  const functions = files.map((file) => {
    const source = readFileSync(join(TEMPLATES, file), "utf8");
    const name = `@${basename(file, ".eta")}`;
    return `eta.loadTemplate(${JSON.stringify(name)}, function (it, options) {\n${eta.compileToString(source)}\n});`;
  });
  const module = `// Compiled from templates/ by build/compile-templates.ts: do not edit.
export const FINGERPRINT = "${fingerprint(files)}";
export function loadTemplates(eta) {
${functions.join("\n")}
}
`;
  mkdirSync(OUTPUT, { recursive: true });
  writeChanged(join(OUTPUT, "templates.js"), module);
  writeChanged(join(OUTPUT, "templates.d.ts"), TYPES);
}

function fingerprint(templates: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of templates) hash.update(readFileSync(join(TEMPLATES, file)));
  hash.update(readFileSync(LIBRARIES));
  for (const folder of PAGE_SOURCES) {
    const sources = readdirSync(folder).filter((file) => file.endsWith(".ts"));
    for (const file of sources.sort()) hash.update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
