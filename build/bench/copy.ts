/** Copies of the operator's state, so that what is measured leaves it as it is. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STORES } from "../simulator-files.ts";

/** Gone when `work` ends. */
export async function withCopyOf<Result>(
  stateDir: string,
  work: (copy: string) => Promise<Result>,
): Promise<Result> {
  const copy = mkdtempSync(join(tmpdir(), "cairn-bench-"));
  try {
    cpSync(join(stateDir, STORES), join(copy, STORES), { recursive: true });
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
