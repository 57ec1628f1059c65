/** The order of real comments, against a second computation of the formula. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Comment } from "../src/model/entities.ts";
import type { CommentId, PostId } from "../src/model/ids.ts";
import { MAIN_PIECE } from "../src/model/piece.ts";
import { type CommentNode, commentTree, sortNodes } from "../src/pages/comment-tree.ts";

interface Row {
  readonly id: string;
  readonly link_id: string;
  readonly parent_id: string;
  readonly author: string;
  readonly created_utc: number;
  readonly score: number;
}

const ROWS = gunzipSync(readFileSync("build/sample/threads-comments.ndjson.gz"))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

function toComment(row: Row): Comment {
  return {
    id: row.id as CommentId,
    post: row.link_id.slice(3) as PostId,
    parent: row.parent_id.startsWith("t1_") ? (row.parent_id.slice(3) as CommentId) : null,
    piece: MAIN_PIECE,
    depth: 0,
    author: row.author,
    text: "",
    createdAt: row.created_utc,
    ups: Math.max(row.score, 0),
    downs: Math.max(-row.score, 0),
    standing: "visible",
    edit: null,
    verdict: null,
  };
}

const Z = 1.281551565545;

/** Wilson's bound is the smaller root of (share - p)² = z² p (1 - p) / n, solved as a quadratic. */
function lowerRoot({ ups, downs }: Comment): number {
  const n = ups + downs;
  if (n === 0) return 0;
  const share = ups / n;
  const [a, b, c] = [1 + Z ** 2 / n, -(2 * share + Z ** 2 / n), share ** 2];
  return Math.max(0, (-b - Math.sqrt(Math.max(b * b - 4 * a * c, 0))) / (2 * a));
}

function everySiblings(nodes: readonly CommentNode[]): (readonly CommentNode[])[] {
  return [nodes, ...nodes.flatMap(({ replies }) => everySiblings(replies))];
}

describe("the bundled threads", () => {
  const threads = [...Map.groupBy(ROWS.map(toComment), ({ post }) => post).values()];

  it("are 21, with 5,022 comments, all of which are shown", () => {
    expect(threads).toHaveLength(21);
    const shown = threads.flatMap((comments) => everySiblings(commentTree(comments, [])).flat());
    expect(shown).toHaveLength(5022);
  });

  it("stand under `best` in the order that a second computation gives", () => {
    for (const comments of threads) {
      for (const siblings of everySiblings(commentTree(comments, []))) {
        const order = sortNodes(siblings, "best").map(({ comment }) => comment);
        for (const [index, comment] of order.entries()) {
          const next = order[index + 1];
          if (!next) continue;
          const difference = lowerRoot(comment) - lowerRoot(next);
          expect(difference).toBeGreaterThan(-1e-9);
          const isTie = Math.abs(difference) < 1e-12;
          if (isTie) expect(comment.createdAt).toBeGreaterThanOrEqual(next.createdAt);
        }
      }
    }
  });

  it.each([
    ["top", (comment: Comment) => comment.ups - comment.downs],
    ["new", (comment: Comment) => comment.createdAt],
    ["old", (comment: Comment) => -comment.createdAt],
  ] as const)("stand under `%s` in its order", (sort, rank) => {
    for (const comments of threads) {
      const ranks = sortNodes(commentTree(comments, []), sort).map(({ comment }) => rank(comment));
      expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    }
  });
});

describe("comments of one rank", () => {
  it.each([
    ["top", ["zz", "100", "b", "a"]],
    ["new", ["zz", "100", "b", "a"]],
    ["old", ["a", "b", "100", "zz"]],
  ] as const)(
    "stand under `%s` by when they were said, then by id, of which longer ones are later",
    (sort, ids) => {
      const said = (id: string, created_utc: number) =>
        toComment({ id, link_id: "t3_x", parent_id: "t3_x", author: "ann", created_utc, score: 1 });
      const nodes = commentTree([said("b", 1), said("100", 1), said("zz", 2), said("a", 1)], []);
      expect(sortNodes(nodes, sort).map(({ comment }) => comment.id)).toEqual(ids);
    },
  );
});
