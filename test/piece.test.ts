/** Where a new comment goes: how much fits into a piece of a thread. */
import { describe, expect, it } from "vitest";
import { byBeginning, MAIN_PIECE, type Piece, placeComment } from "../src/model/piece.ts";

function aPiece(fields: Partial<Piece>): Piece {
  const nothing = { comments: 0, visible: 0, chars: 0 };
  return { name: MAIN_PIECE, parent: null, above: null, ...nothing, ...fields };
}

it("pieces are in the order of their beginning, of imported ids too", () => {
  const names = ["mjuohs03000000", "c9", "c10", "c8"];
  const sorted = names.map((name) => ({ name })).sort(byBeginning);
  expect(sorted.map(({ name }) => name)).toEqual(["c8", "c9", "c10", "mjuohs03000000"]);
});

describe("a comment", () => {
  it.each([
    [750, { comments: 398 }, true],
    [751, { comments: 398 }, false],
    [99_250, { chars: 200_000 }, true],
    [99_251, { chars: 200_000 }, false],
  ])("of %d characters, to a piece with %j, fits: %j", (chars, fields, fits) => {
    const own = aPiece(fields);
    expect(placeComment("c9", chars, null, own, []).piece).toBe(fits ? MAIN_PIECE : "c9");
    // What goes on below the post has as much room, and once there is such a piece, it is the place.
    const below = aPiece({ ...fields, name: "c5" });
    expect(placeComment("c9", chars, null, aPiece({}), [below]).piece).toBe(fits ? "c5" : "c9");
  });
});
