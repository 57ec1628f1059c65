/** What a commit writes of a post: an index is written whenever its column is set, and D1 bills it. */
import { beforeEach, expect, it } from "vitest";
import type { CommentId } from "../src/model/ids.ts";
import type { CommentPosted } from "../src/queue/comment-events.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { consumeEvents } from "./whole-steps.ts";

const PACE = { fast: 0, slow: 0, private: 0 };
const post = aSubmission();

let db: ReturnType<typeof openMemoryD1>;

/** Counts how often a rank of a post, and how often anything of it, is set. */
beforeEach(async () => {
  db = openMemoryD1();
  await consumeEvents(db, [aCommunity("programming")], post.at, PACE);
  await consumeEvents(db, [post], post.at, PACE);
  await db.exec(`CREATE TABLE written (what);
    CREATE TRIGGER ranks AFTER UPDATE OF score, hot, controversial ON post
      BEGIN INSERT INTO written VALUES ('ranks'); END;
    CREATE TRIGGER posts AFTER UPDATE ON post BEGIN INSERT INTO written VALUES ('post'); END;`);
});

async function written(): Promise<string[]> {
  const { results } = await db.prepare("SELECT what FROM written ORDER BY what").all();
  return results.map(({ what }) => String(what));
}

function aComment(): CommentPosted {
  const comment = anId() as CommentId;
  const base = { version: 1, id: anId() as never, at: post.at + 1, by: "ben" } as const;
  return { ...base, type: "comment_posted", comment, post: post.post, parent: null, text: "Well." };
}

it("a comment counts on its post, and sets none of its ranks", async () => {
  await consumeEvents(db, [aComment(), aComment()], post.at + 1, PACE);
  expect(await written()).toEqual(["post"]);
  expect(await db.prepare("SELECT comments FROM post").first("comments")).toBe(2);
});

it("a comment and a vote set them once", async () => {
  const events = [aComment(), aVote({ post: post.post, by: "ben", at: post.at + 1 })];
  await consumeEvents(db, events, post.at + 1, PACE);
  expect(await written()).toEqual(["post", "ranks"]);
  expect(await db.prepare("SELECT comments, score FROM post").first()).toEqual({
    comments: 1,
    score: 2,
  });
});
