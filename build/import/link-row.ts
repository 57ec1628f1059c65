/** A row with Reddit's field names becomes a post, or the reason why it cannot. Pure. */
import { cleanBlock, cleanLine, isInvisible } from "../../src/model/clean-text.ts";
import type { Post } from "../../src/model/entities.ts";
import { communityKey, type PostId } from "../../src/model/ids.ts";
import { COMMUNITY_KEY, SITE_WIDE_NAMES } from "../../src/model/limits.ts";
import { linkText, parseLink, trimLink } from "../../src/model/link.ts";
import { linkFacts, NO_LINK } from "../../src/model/link-facts.ts";
import { badValue, type Refusal } from "./refusal.ts";
import {
  allUsable,
  isRefusal,
  readAuthor,
  readBoolean,
  readId,
  readSeconds,
  readVotes,
  textOf,
  unescapeOnce,
} from "./row-fields.ts";
import type { Row } from "./rows.ts";

export interface ImportedPost {
  readonly post: Post;
  /** As it is written in the file. */
  readonly communityName: string;
}

export function readLinkRow(row: Row): ImportedPost | Refusal {
  const values = allUsable(
    readId<PostId>(row),
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
    author: readAuthor(row),
    title,
    ...target,
    createdAt,
    ...votes,
    standing: "visible",
    isAdult: isAdult ?? false,
    talliedAt: 0,
    comments: 0,
    edit: null,
    verdict: null,
    lock: null,
  };
  return { post, communityName };
}

function readTitle(row: Row): string | Refusal {
  const title = cleanLine(unescapeOnce(textOf(row, "title")));
  return isInvisible(title) ? { reason: "missing", field: "title" } : title;
}

function readCommunityName(row: Row): string | Refusal {
  const name = textOf(row, "subreddit").trim();
  if (name === "") return { reason: "missing", field: "subreddit" };
  const key = communityKey(name);
  const mayBe = COMMUNITY_KEY.test(key) && !SITE_WIDE_NAMES.includes(key);
  return mayBe ? name : badValue("subreddit", row.subreddit);
}

type Target = Pick<Post, "url" | "linkKey" | "domains" | "text">;

/** A text post has a URL too in Reddit's data: its own page, or the bare word `self`. */
function readTarget(row: Row): Target | Refusal {
  const isSelf = readBoolean(row, "is_self");
  if (isRefusal(isSelf)) return isSelf;
  const text = cleanBlock(unescapeOnce(textOf(row, "selftext")));
  const written = trimLink(unescapeOnce(textOf(row, "url")));
  const hasLink = written !== "" && written.toLowerCase() !== "self";
  if (isSelf || (!hasLink && (text !== "" || written !== ""))) {
    return { url: null, ...NO_LINK, text };
  }
  if (!hasLink) return { reason: "missing", field: "url" };
  const url = parseLink(written);
  if (!url) return badValue("url", row.url);
  const address = linkText(url, written);
  const facts = linkFacts(address);
  if (!facts) return badValue("url", row.url);
  return { url: address, ...facts, text: text === "" ? null : text };
}
