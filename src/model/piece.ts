/**
 * Pieces of a thread: pages of bounded size. A comment gets its piece when it is written and keeps
 * it for ever, so that a vote in a thread of any size writes one piece. Pure.
 *
 * It joins its parent's piece while that has room and is not too deep; else it joins, or begins, a
 * piece that continues below its parent.
 */

/** The main piece: the post's own page. */
export const MAIN_PIECE = "";

/** Comments in a piece; what a page carries without becoming slow. */
export const MAX_PIECE_COMMENTS = 500;
/** Levels of answers in a piece: deeper ones would have no room on a phone. */
export const MAX_PIECE_DEPTH = 10;
/** HTML of a piece, as far as it can be told from the lengths of its texts. Bytes. */
const MAX_PIECE_BYTES = 300_000;
/** HTML around the text of a comment: author, time, votes, links. Bytes. */
const BYTES_AROUND_TEXT = 750;

/** Comments never leave their piece, so edits may fill it only so far. Characters of text. */
export const MAX_EDITED_CHARS = 600_000;

export interface Piece {
  /** `MAIN_PIECE`, or the id of its first comment. */
  readonly name: string;
  /** The comment that its first comments answer; null: the post. */
  readonly parent: string | null;
  /** The piece in which that comment stands; null for the post. */
  readonly above: string | null;
  readonly comments: number;
  /** Comments that are not deleted. */
  readonly visible: number;
  /** Of text, as it was written. */
  readonly chars: number;
}

function hasRoom({ comments, chars }: Piece, moreChars: number): boolean {
  const bytes = (comments + 1) * BYTES_AROUND_TEXT + chars + moreChars;
  return comments < MAX_PIECE_COMMENTS && bytes <= MAX_PIECE_BYTES;
}

export interface Place {
  readonly piece: string;
  readonly depth: number;
}

/**
 * Where a new comment goes.
 * @param id its own id: the name of the piece that it may begin
 * @param parent where the comment that it answers stands; null when it answers the post
 * @param pieces of its thread: its parent's piece, and those that continue below its parent, in the
 *   order of their beginning
 */
export function placeComment(
  id: string,
  chars: number,
  parent: Place | null,
  own: Piece,
  continuations: readonly Piece[],
): Place {
  const depth = parent === null ? 0 : parent.depth + 1;
  const last = continuations.at(-1);
  if (!last && depth < MAX_PIECE_DEPTH && hasRoom(own, chars)) return { piece: own.name, depth };
  if (last && hasRoom(last, chars)) return { piece: last.name, depth: 0 };
  return { piece: id, depth: 0 };
}

/** Names of the pieces in which there is anything to read, or in one that goes on below it. */
export function livingPieces(pieces: readonly Piece[]): ReadonlySet<string> {
  const above = new Map(pieces.map((piece) => [piece.name, piece.above]));
  const living = new Set<string>();
  for (const { name, visible } of pieces) {
    let upwards: string | null = visible > 0 ? name : null;
    while (upwards !== null && !living.has(upwards)) {
      living.add(upwards);
      upwards = above.get(upwards) ?? null;
    }
  }
  return living;
}

/** Names are ids, and ids grow with time: first in length, then letter by letter. */
export function byBeginning(a: Pick<Piece, "name">, b: Pick<Piece, "name">): number {
  return a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}
