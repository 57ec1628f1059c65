/** A row with Reddit's field names becomes a comment, or the reason why it cannot. Pure. */
import { cleanBlock } from "../../src/model/clean-text.ts";
import type { Comment } from "../../src/model/entities.ts";
import {
  type CommentId,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
  postFullname,
} from "../../src/model/ids.ts";
import { badValue, type Refusal } from "./refusal.ts";
import {
  allUsable,
  isRefusal,
  NO_AUTHOR,
  readAuthor,
  readId,
  readSeconds,
  readVotes,
  textOf,
  unescapeOnce,
} from "./row-fields.ts";
import type { Row } from "./rows.ts";

/** Its place in the thread is found when the whole thread is known. */
export type ImportedComment = Omit<Comment, "piece" | "depth">;

/** What Reddit's data has instead of the text that an author, or a moderator, took down. */
const TAKEN_DOWN = ["[deleted]", "[removed]"];

export function isCommentRow(row: Row): boolean {
  return (["link_id", "parent_id", "body"] as const).some((field) => textOf(row, field) !== "");
}

export function readCommentRow(row: Row): ImportedComment | Refusal {
  const values = allUsable(
    readId<CommentId>(row),
    readPost(row),
    readParent(row),
    readSeconds(row),
    readVotes(row),
    readBody(row),
  );
  if (isRefusal(values)) return values;
  const [id, post, parent, createdAt, votes, text] = values;
  if ("answersPost" in parent && parent.answersPost !== post) {
    return { reason: "other_thread", parent: postFullname(parent.answersPost) };
  }
  const author = readAuthor(row);
  const isDeleted = author === NO_AUTHOR && TAKEN_DOWN.includes(text.trim());
  return {
    id,
    post,
    parent: "answersPost" in parent ? null : parent.answers,
    author,
    text: isDeleted ? "" : text,
    createdAt,
    ...votes,
    standing: isDeleted ? "deleted" : "visible",
    edit: null,
    verdict: null,
  };
}

function readPost(row: Row): PostId | Refusal {
  const fullname = textOf(row, "link_id").trim().toLowerCase();
  if (fullname === "") return { reason: "missing", field: "link_id" };
  return parsePostFullname(fullname) ?? badValue("link_id", row.link_id);
}

type Parent = { readonly answersPost: PostId } | { readonly answers: CommentId };

function readParent(row: Row): Parent | Refusal {
  const fullname = textOf(row, "parent_id").trim().toLowerCase();
  if (fullname === "") return { reason: "missing", field: "parent_id" };
  const answersPost = parsePostFullname(fullname);
  if (answersPost !== null) return { answersPost };
  const answers = parseCommentFullname(fullname);
  return answers === null ? badValue("parent_id", row.parent_id) : { answers };
}

/** Of any length: a limit is for what is written here. */
function readBody(row: Row): string | Refusal {
  const text = cleanBlock(unescapeOnce(textOf(row, "body")));
  return text === "" ? { reason: "missing", field: "body" } : text;
}
