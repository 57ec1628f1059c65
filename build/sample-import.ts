/** The bundled sample: what a site gets that has nothing of anybody's. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Databases, findFacts } from "../src/store/facts.ts";

/** Two thousand links, and twenty-one threads with their comments. */
const SAMPLE = [
  "build/sample/links.csv.gz",
  "build/sample/threads-links.ndjson.gz",
  "build/sample/threads-comments.ndjson.gz",
];

/** Into an empty site, or on where it was interrupted. */
export async function importSample(
  databases: Databases,
  stateDir: string,
  importFiles: (files: readonly string[]) => Promise<unknown>,
): Promise<void> {
  if (!existsSync(markerOf(stateDir)) && (await findFacts(databases)) !== null) return;
  writeFileSync(markerOf(stateDir), "");
  await importFiles(SAMPLE);
  endSampleImport(stateDir);
}

/** Done; or the site has been given something else, and an interrupted import does not go on. */
export function endSampleImport(stateDir: string): void {
  rmSync(markerOf(stateDir), { force: true });
}

/** There while the sample is being imported: what an interrupted import has left is no site. */
function markerOf(stateDir: string): string {
  return join(stateDir, "sample-import-running");
}
