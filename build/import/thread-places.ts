/** Gives the comments of one thread their places in its pieces, one after another. Pure. */
import type { CommentId } from "../../src/model/ids.ts";
import {
  byBeginning,
  MAIN_PIECE,
  type Piece,
  type Place,
  placeComment,
} from "../../src/model/piece.ts";
import type { Outline } from "./outline.ts";

/** What follows from all comments is counted at the end of the import. */
const EMPTY = { above: null, comments: 0, visible: 0, chars: 0 };
const NO_MAIN: Piece = { ...EMPTY, name: MAIN_PIECE, parent: null };

export class ThreadPlaces {
  readonly #pieces = new Map<string, Piece>([[MAIN_PIECE, NO_MAIN]]);
  /** Names of the pieces that continue below a comment or, under null, below the post. */
  readonly #continuations = new Map<string | null, string[]>();
  readonly #places = new Map<CommentId, Place>();
  readonly #stored: ReadonlyMap<CommentId, Place>;

  /** @param stored where the parents stand that were imported, or written, before */
  constructor(pieces: readonly Piece[], stored: ReadonlyMap<CommentId, Place>) {
    for (const piece of pieces) this.#add(piece);
    this.#stored = stored;
  }

  /** @returns the comment's place, and its piece with it */
  place({ id, parent, chars }: Outline): { readonly place: Place; readonly piece: Piece } {
    const above = parent === null ? null : this.#placeOf(parent);
    const own = this.#piece(above?.piece ?? MAIN_PIECE);
    // Only the last of them may have room.
    const continuations = (this.#continuations.get(parent) ?? []).slice(-1);
    const place = placeComment(
      id,
      chars,
      above,
      own,
      continuations.map((name) => this.#piece(name)),
    );
    if (!this.#pieces.has(place.piece)) this.#add({ ...EMPTY, name: id, parent });
    const before = this.#piece(place.piece);
    const piece = { ...before, comments: before.comments + 1, chars: before.chars + chars };
    this.#pieces.set(piece.name, piece);
    this.#places.set(id, place);
    return { place, piece };
  }

  #add(piece: Piece): void {
    this.#pieces.set(piece.name, piece);
    if (piece.name === MAIN_PIECE) return;
    const names = [...(this.#continuations.get(piece.parent) ?? []), piece.name];
    names.sort((a, b) => byBeginning({ name: a }, { name: b }));
    this.#continuations.set(piece.parent, names);
  }

  #piece(name: string): Piece {
    const piece = this.#pieces.get(name);
    if (!piece) throw new Error(`the piece ${name} was not read`);
    return piece;
  }

  #placeOf(id: CommentId): Place {
    const place = this.#places.get(id) ?? this.#stored.get(id);
    if (!place) throw new Error(`an answer to ${id} before it has a place`);
    return place;
  }
}
