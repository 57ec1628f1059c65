/** Pieces of threads that are to be written besides those in which something changed. Pure. */
import type { PostId } from "../model/ids.ts";
import { byBeginning, livingPieces, MAIN_PIECE, type Piece } from "../model/piece.ts";
import type { PieceChange } from "../pages/change.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";

/**
 * Those that lead elsewhere than before, because a piece has come to life, or nothing is left to
 * read in it. Where that is true of the whole thread all of them: those of a deleted post are gone
 * with its last comment.
 */
export function relinked({ pieces }: Applied, rows: Rows): PieceChange[] {
  return [...Map.groupBy(pieces, ({ post }) => post)].flatMap(([post, changed]) => {
    const before = rows.pieces.get(post) ?? [];
    const byName = new Map([...before, ...changed.map(({ piece }) => piece)].map(withName));
    const after = [...byName.values()].sort(byBeginning);
    const lived = livingPieces(before);
    const living = livingPieces(after);
    const isWhole = (lived.size === 0) !== (living.size === 0);
    const differing = after.filter(({ name }) => living.has(name) !== lived.has(name));
    const names = isWhole
      ? after.map(({ name }) => name)
      : differing.flatMap((piece) => leadingTo(piece, after, living));
    return names.map((piece) => ({ post, piece }));
  });
}

function withName(piece: Piece): [string, Piece] {
  return [piece.name, piece];
}

/**
 * A piece leads to the next living one that answers the same parent, and the first living one is
 * linked from where their parent stands.
 * @param pieces of the thread, in the order of their beginning
 */
function leadingTo(
  { name, parent, above }: Piece,
  pieces: readonly Piece[],
  living: ReadonlySet<string>,
): string[] {
  const siblings = pieces.filter((each) => each.parent === parent).map((each) => each.name);
  const earlier = siblings.slice(0, siblings.indexOf(name));
  const lastLiving = earlier.findLastIndex((each) => living.has(each));
  return lastLiving < 0 ? [above ?? MAIN_PIECE, ...earlier] : earlier.slice(lastLiving);
}

export function allPieces(
  pieces: ReadonlyMap<PostId, readonly { readonly name: string }[]>,
): PieceChange[] {
  return [...pieces].flatMap(([post, ofPost]) => ofPost.map(({ name }) => ({ post, piece: name })));
}
