/**
 * Imports links and comments: reads the files piece by piece and writes posts batch by batch, then
 * the comments, and at the end brings up to date what follows from them. Killed anywhere and run
 * again, it ends in the same rows.
 */
import { isDeepStrictEqual } from "node:util";
import { sumCommunities } from "../../src/store/bulk-posts.ts";
import { readCompiled, setCompiled } from "../../src/store/compiled.ts";
import { areListingsComplete, renumberImported } from "../../src/store/renumber.ts";
import type { LocalState } from "../local.ts";
import { openTextFile, type TextFile } from "./file-text.ts";
import { importComments } from "./import-comments.ts";
import type { ImportedPost } from "./link-row.ts";
import type { Outline } from "./outline.ts";
import { type FoundThing, readThings } from "./read-things.ts";
import { type ImportSummary, RefusalCount } from "./summary.ts";
import { writePosts } from "./write-posts.ts";

export interface ImportProgress {
  /** Of the files as they are stored, packed or not; of one with comments, half at each reading. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly rowsRead: number;
}

type Databases = Pick<LocalState, "db" | "accounts">;
type Report = (progress: ImportProgress) => void;

/** One statement of 1,000 rows of each kind; more in one transaction is no faster and takes memory. */
const BATCH_POSTS = 1000;

/**
 * The state must be migrated, and nothing else may use it.
 * @param report called after every piece of a file
 * @throws UnreadableFileError before anything is written, if one of the files cannot be opened
 */
export async function importFiles(
  state: Databases,
  paths: readonly string[],
  report: Report = () => undefined,
): Promise<ImportSummary> {
  const files = await Promise.all(paths.map(openTextFile));
  const before = await sumCommunities(state.db);
  const compiled = await readCompiled(state.db);
  // Were it killed, nobody may take the pages for those of the rows.
  await setCompiled(state.db, "");
  const imported = new FileImport(state, files, report);
  await imported.run();
  const { refusals, rowsRead } = imported;
  const after = await sumCommunities(state.db);
  const hasChanged =
    imported.imported > 0 ||
    !isDeepStrictEqual(before, after) ||
    !(await areListingsComplete(state.db));
  if (hasChanged) await renumberImported(state.db);
  else await setCompiled(state.db, compiled);
  return {
    read: rowsRead,
    commentsRead: imported.commentsRead,
    imported: imported.imported,
    alreadyThere: rowsRead - imported.imported - refusals.total,
    refused: refusals.total,
    refusedByKind: refusals.byKind,
    firstRefused: refusals.first,
    communities: after.communities - before.communities,
    hasChanged,
  };
}

/** One import while it runs, with its counts. */
class FileImport {
  rowsRead = 0;
  commentsRead = 0;
  imported = 0;
  readonly refusals = new RefusalCount();
  readonly #state: Databases;
  readonly #files: readonly TextFile[];
  readonly #bytesTotal: number;
  readonly #report: Report;
  readonly #withComments = new Set<TextFile>();
  readonly #outlines: Outline[] = [];
  #batch: ImportedPost[] = [];
  #bytesRead = 0;

  constructor(state: Databases, files: readonly TextFile[], report: Report) {
    this.#state = state;
    this.#files = files;
    this.#bytesTotal = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#report = report;
  }

  /** Links first, whatever the order of the files: comments need their posts. */
  async run(): Promise<void> {
    for (const file of this.#files) {
      const onBytes = (bytes: number) =>
        this.#take(this.#withComments.has(file) ? bytes / 2 : bytes);
      for await (const found of readThings(file, onBytes)) {
        for (const one of found) this.#add(file, one);
        if (this.#batch.length >= BATCH_POSTS) await this.#writeBatch();
        this.#tell();
      }
    }
    await this.#writeBatch();
    this.imported += await importComments(
      this.#state,
      [...this.#withComments],
      this.#outlines,
      this.refusals,
      (bytes, readings) => {
        this.#take(bytes / 2 / readings);
        this.#tell();
      },
    );
    // What is there already is not read again.
    this.#tell(this.#bytesTotal);
  }

  #add(file: TextFile, found: FoundThing): void {
    const { line, type } = found;
    this.rowsRead++;
    if (type === "link") {
      this.#batch.push(found.link);
    } else if (type === "comment") {
      this.commentsRead++;
      this.#withComments.add(file);
      const { id, post, parent, createdAt, text } = found.comment;
      const chars = text.length;
      this.#outlines.push({ id, post, parent, createdAt, chars, file: file.path, line });
    } else {
      if (found.of === "comment") this.commentsRead++;
      this.refusals.add(file.path, line, found.refusal);
    }
  }

  async #writeBatch(): Promise<void> {
    this.imported += await writePosts(this.#state, this.#batch);
    this.#batch = [];
  }

  #take(bytes: number): void {
    this.#bytesRead += bytes;
  }

  #tell(bytesTaken = this.#bytesRead): void {
    // A file's first bytes are counted before it is known that they will be read again.
    const bytesRead = Math.min(Math.floor(bytesTaken), this.#bytesTotal);
    this.#report({ bytesRead, bytesTotal: this.#bytesTotal, rowsRead: this.rowsRead });
  }
}
