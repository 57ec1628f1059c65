/**
 * Imports comments once the links are in: finds their order from outlines, then writes thread after
 * thread, parents first, so that whatever is stored when it is killed is a whole. Texts are read
 * from the files again, as many threads at a time as fit in memory.
 */
import type { Comment } from "../../src/model/entities.ts";
import type { CommentId, PostId } from "../../src/model/ids.ts";
import type { Piece } from "../../src/model/piece.ts";
import {
  insertComments,
  readAllPieces,
  readPlaces,
  readStoredPosts,
  type StoredPlace,
} from "../../src/store/bulk-comments.ts";
import { reserveNames } from "../../src/store/reserved-names.ts";
import type { LocalState } from "../local.ts";
import type { ImportedComment } from "./comment-row.ts";
import type { TextFile } from "./file-text.ts";
import { type Outline, orderOutlines } from "./outline.ts";
import { readThings } from "./read-things.ts";
import { reservedPeople } from "./reserved-names.ts";
import type { RefusalCount } from "./summary.ts";
import { ThreadPlaces } from "./thread-places.ts";

type Databases = Pick<LocalState, "db" | "accounts">;

/** The longest thread is read as a whole, whatever its length. UTF-16 units: 64 MB or less. */
const MAX_CHARS_IN_MEMORY = 32_000_000;
/** More in one transaction is no faster and takes memory. */
const BATCH_COMMENTS = 2000;

/**
 * @param outlines of all comments in the files; of an id that comes twice the first is taken
 * @param onBytes told of the bytes that are read again, for how many readings altogether
 * @returns how many of the comments are new
 */
export async function importComments(
  state: Databases,
  files: readonly TextFile[],
  outlines: readonly Outline[],
  refusals: RefusalCount,
  onBytes: (bytes: number, readings: number) => void,
): Promise<number> {
  const comments = await readPlaces(
    state.db,
    new Set(outlines.flatMap(({ id, parent }) => (parent === null ? [id] : [id, parent]))),
  );
  const isNew = firstOfEach(outlines).filter(({ id }) => !comments.has(id));
  const posts = await readStoredPosts(state.db, new Set(isNew.map(({ post }) => post)));
  const { ordered, refusals: why } = orderOutlines(isNew, { posts, comments });
  for (const { id, file, line } of outlines) {
    const refusal = why.get(id);
    if (refusal) refusals.add(file, line, refusal);
  }
  const readings = cutIntoReadings(Map.groupBy(ordered, ({ post }) => post));
  for (const threads of readings) {
    const texts = await readComments(files, threads, (bytes) => onBytes(bytes, readings.length));
    await writeThreads(state, threads, comments, texts);
  }
  return ordered.length;
}

function firstOfEach(outlines: readonly Outline[]): Outline[] {
  const seen = new Set<CommentId>();
  return outlines.filter(({ id }) => !seen.has(id) && seen.add(id));
}

type Threads = ReadonlyMap<PostId, readonly Outline[]>;

/** Threads that are read together: until there are too many. */
function cutIntoReadings(threads: Threads): Threads[] {
  const readings: Map<PostId, readonly Outline[]>[] = [];
  let room = 0;
  for (const [post, outlines] of threads) {
    const chars = outlines.reduce((sum, outline) => sum + outline.chars, 0);
    if (readings.length === 0 || chars > room) {
      readings.push(new Map());
      room = MAX_CHARS_IN_MEMORY;
    }
    room -= chars;
    readings.at(-1)?.set(post, outlines);
  }
  return readings;
}

async function readComments(
  files: readonly TextFile[],
  threads: Threads,
  onBytes: (bytes: number) => void,
): Promise<Map<CommentId, ImportedComment>> {
  const wanted = new Set([...threads.values()].flatMap((thread) => thread.map(({ id }) => id)));
  const comments = new Map<CommentId, ImportedComment>();
  for (const file of files) {
    for await (const found of readThings(file, onBytes)) {
      for (const one of found) {
        if (one.type === "comment" && wanted.delete(one.comment.id)) {
          comments.set(one.comment.id, one.comment);
        }
      }
    }
  }
  return comments;
}

async function writeThreads(
  state: Databases,
  threads: Threads,
  stored: ReadonlyMap<CommentId, StoredPlace>,
  found: ReadonlyMap<CommentId, ImportedComment>,
): Promise<void> {
  const pieces = await readAllPieces(state.db, threads.keys());
  let batch = new CommentBatch();
  for (const [post, thread] of threads) {
    const places = new ThreadPlaces(pieces.get(post) ?? [], stored);
    for (const outline of thread) {
      const comment = found.get(outline.id);
      if (!comment) throw new Error(`${outline.file} was changed while it was read`);
      const { place, piece } = places.place(outline);
      batch.add({ ...comment, ...place }, piece);
      if (batch.comments.length === BATCH_COMMENTS) {
        await batch.write(state);
        batch = new CommentBatch();
      }
    }
  }
  await batch.write(state);
}

/** Comments, and the pieces that they stand in. */
class CommentBatch {
  readonly comments: Comment[] = [];
  readonly #pieces = new Map<string, { readonly post: PostId; readonly piece: Piece }>();

  add(comment: Comment, piece: Piece): void {
    this.comments.push(comment);
    this.#pieces.set(`${comment.post} ${piece.name}`, { post: comment.post, piece });
  }

  async write({ db, accounts }: Databases): Promise<void> {
    await reserveNames(accounts, reservedPeople(this.comments), []);
    await insertComments(db, this.comments, [...this.#pieces.values()]);
  }
}
