/** A row with Reddit's field names becomes a post, or the reason why it cannot. Pure. */
import { cleanBlock, cleanLine } from "../../src/model/clean-text.ts";
import type { Post } from "../../src/model/entities.ts";
import { communityKey, isId, type PostId } from "../../src/model/ids.ts";
import { COMMUNITY_KEY } from "../../src/model/limits.ts";
import { linkKey, linkText, parseLink } from "../../src/model/link.ts";
import { badValue, type Refusal } from "./refusal.ts";
import type { Field, Row } from "./rows.ts";

export interface ImportedPost {
  readonly post: Post;
  /** As it is written in the file. */
  readonly communityName: string;
}

/** Reddit's word for an author who is gone; also for one that the data does not name. */
export const NO_AUTHOR = "[deleted]";

/** The last second of the year 9999: beyond it a date has no four-digit year. */
const MAX_SECONDS = 253_402_300_799;
/** A post that says nothing about votes has its author's. */
const DEFAULT_SCORE = 1;

export function readLinkRow(row: Row): ImportedPost | Refusal {
  if (isComment(row)) return { reason: "comment" };
  const values = allUsable(
    readId(row),
    readTitle(row),
    readCommunityName(row),
    readSeconds(row),
    readTarget(row),
    readVotes(row),
    readBoolean(row, "over_18"),
  );
  if (isRefusal(values)) return values;
  const [id, title, communityName, createdAt, target, votes, isAdult] = values;
  const post: Post = {
    id,
    community: communityKey(communityName),
    author: cleanLine(textOf(row, "author")) || NO_AUTHOR,
    title,
    ...target,
    createdAt,
    ...votes,
    standing: "visible",
    isAdult: isAdult ?? false,
  };
  return { post, communityName };
}

type Usable<Values> = { [Index in keyof Values]: Exclude<Values[Index], Refusal> };

/** All of the values, or the first refusal among them. */
function allUsable<Values extends readonly unknown[]>(...values: Values): Usable<Values> | Refusal {
  return values.find(isRefusal) ?? (values as Usable<Values>);
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "reason" in value;
}

function isComment(row: Row): boolean {
  const hasParent = textOf(row, "link_id") !== "" || textOf(row, "parent_id") !== "";
  return hasParent && row.body !== undefined;
}

/** The empty text for a field that is missing, empty or null. */
function textOf(row: Row, field: Field): string {
  const value = row[field];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Reddit's data escapes these three, once. */
function unescapeOnce(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}

function readId(row: Row): PostId | Refusal {
  const id = textOf(row, "id").trim().toLowerCase();
  if (id === "") return { reason: "missing", field: "id" };
  return isId(id) ? (id as PostId) : badValue("id", row.id);
}

function readTitle(row: Row): string | Refusal {
  const title = cleanLine(unescapeOnce(textOf(row, "title")));
  return title === "" ? { reason: "missing", field: "title" } : title;
}

function readCommunityName(row: Row): string | Refusal {
  const name = textOf(row, "subreddit").trim();
  if (name === "") return { reason: "missing", field: "subreddit" };
  return COMMUNITY_KEY.test(communityKey(name)) ? name : badValue("subreddit", row.subreddit);
}

function readSeconds(row: Row): number | Refusal {
  const seconds = readWhole(row, "created_utc");
  if (seconds === null) return { reason: "missing", field: "created_utc" };
  if (isRefusal(seconds)) return seconds;
  const isDate = seconds >= 0 && seconds <= MAX_SECONDS;
  return isDate ? seconds : badValue("created_utc", row.created_utc);
}

/** Null when the field is absent; `1263338070.0` is 1263338070. */
function readWhole(row: Row, field: Field): number | null | Refusal {
  const text = textOf(row, field).trim();
  if (text === "") return null;
  const number = Math.trunc(Number(text));
  return Number.isSafeInteger(number) ? number : badValue(field, row[field]);
}

/** Null when the field is absent; `True`, `true` and `1` are true. */
function readBoolean(row: Row, field: Field): boolean | null | Refusal {
  const text = textOf(row, field).trim();
  if (text === "") return null;
  if (/^(true|1)$/i.test(text)) return true;
  return /^(false|0)$/i.test(text) ? false : badValue(field, row[field]);
}

type Target = Pick<Post, "url" | "linkKey" | "text">;

/** A text post has a URL too in Reddit's data: its own page, or the bare word `self`. */
function readTarget(row: Row): Target | Refusal {
  const isSelf = readBoolean(row, "is_self");
  if (isRefusal(isSelf)) return isSelf;
  const text = cleanBlock(unescapeOnce(textOf(row, "selftext")));
  const written = unescapeOnce(textOf(row, "url")).trim();
  const hasLink = written !== "" && written.toLowerCase() !== "self";
  if (isSelf || (!hasLink && (text !== "" || written !== ""))) {
    return { url: null, linkKey: null, text };
  }
  if (!hasLink) return { reason: "missing", field: "url" };
  const url = parseLink(written);
  if (!url) return badValue("url", row.url);
  return { url: linkText(url, written), linkKey: linkKey(url), text: text === "" ? null : text };
}

/** Only `score` is real: Reddit blurred `ups` and `downs`, which are made to agree with it. */
function readVotes(row: Row): Pick<Post, "ups" | "downs"> | Refusal {
  const given = allUsable(readWhole(row, "score"), readWhole(row, "ups"), readWhole(row, "downs"));
  if (isRefusal(given)) return given;
  const [givenScore, givenUps, givenDowns] = given;
  const score = givenScore ?? (givenUps === null ? DEFAULT_SCORE : givenUps - (givenDowns ?? 0));
  const ups = Math.max(givenUps ?? score + (givenDowns ?? 0), score, 0);
  return { ups, downs: ups - score };
}
