/** Pieces of threads that are to be written besides those in which something changed. Pure. */
import type { PostId } from "../model/ids.ts";
import { byBeginning, MAIN_PIECE } from "../model/piece.ts";
import type { PieceChange } from "../pages/change.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";

/**
 * A piece that begins is linked from the piece before it that answers the same parent; the first of
 * them is linked from where their parent stands.
 */
export function piecesAround({ pieces, comments }: Applied, rows: Rows): PieceChange[] {
  const standsIn = new Map(comments.map(({ after }) => [after.id as string, after.piece]));
  for (const { id, piece } of rows.comments.values()) standsIn.set(id, piece);
  return pieces.flatMap(({ post, piece: begun }) => {
    const before = rows.pieces.get(post) ?? [];
    if (begun.name === MAIN_PIECE || before.some(({ name }) => name === begun.name)) return [];
    const siblings = [
      ...before,
      ...pieces.filter((each) => each.post === post).map(({ piece }) => piece),
    ]
      .filter(({ name, parent }) => name !== MAIN_PIECE && parent === begun.parent)
      .sort(byBeginning);
    const previous = siblings.findLast((each) => byBeginning(each, begun) < 0);
    const parent = begun.parent === null ? MAIN_PIECE : standsIn.get(begun.parent);
    return [{ post, piece: previous?.name ?? parent ?? MAIN_PIECE }];
  });
}

/**
 * The last visible comment of a piece has gone, or a first one has come: whatever leads to the piece
 * may do so no longer. Rare: all pieces of such a thread are written.
 */
export function revived({ pieces }: Applied, rows: Rows): PieceChange[] {
  const threads = pieces.filter(({ post, piece }) => {
    const before = rows.pieces.get(post)?.find(({ name }) => name === piece.name);
    return before !== undefined && before.visible > 0 !== piece.visible > 0;
  });
  return [...new Set(threads.map(({ post }) => post))].flatMap((post) => {
    const names = (rows.pieces.get(post) ?? []).map(({ name }) => name);
    return names.map((piece) => ({ post, piece }));
  });
}

export function allPieces(
  pieces: ReadonlyMap<PostId, readonly { readonly name: string }[]>,
): PieceChange[] {
  return [...pieces].flatMap(([post, ofPost]) => ofPost.map(({ name }) => ({ post, piece: name })));
}
