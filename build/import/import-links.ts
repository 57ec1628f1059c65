/**
 * Imports links: reads files piece by piece, writes posts batch by batch, and at the end brings the
 * chronological listings up to date. Killed anywhere and run again, it ends in the same rows.
 */
import { areListingsComplete, countCommunities, renumberListings } from "../../src/store/bulk.ts";
import type { LocalState } from "../local.ts";
import { openTextFile, type TextFile } from "./file-text.ts";
import { type ImportedPost, isRefusal } from "./link-row.ts";
import { readLinks } from "./read-links.ts";
import { type ImportSummary, RefusalCount } from "./summary.ts";
import { writePosts } from "./write-posts.ts";

export interface ImportProgress {
  /** Of the files as they are stored, packed or not. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly linksRead: number;
}

type Databases = Pick<LocalState, "db" | "accounts">;

/** A few statements of 1,000 rows; more in one transaction is no faster and takes memory. */
const BATCH_POSTS = 2000;

/**
 * The state must be migrated, and nothing else may use it.
 * @param report called after every piece of a file
 * @throws UnreadableFileError before anything is written, if one of the files cannot be opened
 */
export async function importFiles(
  state: Databases,
  paths: readonly string[],
  report: (progress: ImportProgress) => void = () => undefined,
): Promise<ImportSummary> {
  const files = await Promise.all(paths.map(openTextFile));
  const communitiesBefore = await countCommunities(state.db);
  const refusals = new RefusalCount();
  const { usable, imported } = await importPosts(state, files, refusals, report);
  const hasChanged = imported > 0 || !(await areListingsComplete(state.db));
  if (hasChanged) await renumberListings(state.db);
  return {
    read: usable + refusals.total,
    imported,
    alreadyThere: usable - imported,
    refused: refusals.total,
    refusedByKind: refusals.byKind,
    firstRefused: refusals.first,
    communities: (await countCommunities(state.db)) - communitiesBefore,
    hasChanged,
  };
}

async function importPosts(
  state: Databases,
  files: readonly TextFile[],
  refusals: RefusalCount,
  report: (progress: ImportProgress) => void,
): Promise<{ usable: number; imported: number }> {
  const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let [bytesRead, usable, imported] = [0, 0, 0];
  let batch: ImportedPost[] = [];
  for (const file of files) {
    const onBytes = (bytes: number) => {
      bytesRead += bytes;
    };
    for await (const found of readLinks(file, onBytes)) {
      for (const { line, link } of found) {
        if (isRefusal(link)) refusals.add(file.path, line, link);
        else batch.push(link);
      }
      if (batch.length >= BATCH_POSTS) {
        [usable, imported] = [usable + batch.length, imported + (await writePosts(state, batch))];
        batch = [];
      }
      report({ bytesRead, bytesTotal, linksRead: usable + batch.length + refusals.total });
    }
  }
  return { usable: usable + batch.length, imported: imported + (await writePosts(state, batch)) };
}
