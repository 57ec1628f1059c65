/** An inbox as HTML and, in the shape of Reddit's messages, as JSON. Pure. */
import { type Act, type Comment, isVisible, type Post } from "../model/entities.ts";
import { commentFullname } from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import type { Refusal } from "../store/refusals.ts";
import { actOutcome, actSentence, isBadNews } from "./act-sentence.ts";
import {
  type CommentLine,
  commentLine,
  communityName,
  lastingLink,
  replyPath,
  type Surroundings,
} from "./comment-line.ts";
import { describe, textOf } from "./description.ts";
import { queuePath, rankedKey, threadKey } from "./key.ts";
import { type Neighbours, ownFrame, paths } from "./mine-view.ts";
import { type Notice, type Notices, subjectOf } from "./notices.ts";
import { htmlAndJson, pageOf, type Rendered } from "./page-type.ts";
import { isoTime } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { refusalSentence } from "./refusal-sentence.ts";
import { renderTemplate } from "./templates.ts";
import { textHtml } from "./text-html.ts";

/** @param slots in the listing: what has been read once its owner says so; 0 for nothing to say */
export function viewInbox(shown: Notices, slots: number, neighbours: Neighbours): Rendered {
  const { before, after } = paths(neighbours);
  const html = renderTemplate("inbox", {
    ...ownFrame("inbox"),
    slots,
    notices: shown.notices.map((notice) => noticeView(notice, shown)),
    before,
    after,
  });
  const children = shown.notices.map((notice) => noticeJson(notice, shown));
  return pageOf(...htmlAndJson(html, listingJson(children, before, after)));
}

/** Of somebody to whom nobody has said anything. */
export function viewEmptyInbox(): Rendered {
  const nothing = { posts: new Map(), communities: new Map(), notices: [], subjects: new Map() };
  return viewInbox(nothing, 0, { before: null, after: null });
}

interface Link {
  readonly path: string;
  readonly label: string;
  /** The words are somebody's. */
  readonly isTitle?: boolean;
}

/** Where the things and places are that a notice is about. */
function linksOf(notice: Notice, { subjects, communities }: Notices): Link[] {
  if (notice.type === "act" && notice.act.thing === "") return placeLinks(notice.act, communities);
  const thing = subjects.get(subjectOf(notice) ?? "");
  const link = thing && thingLink(thing, notice.type === "act");
  return link ? [link] : [];
}

function placeLinks({ kind, community }: Act, communities: Notices["communities"]): Link[] {
  const path = rankedKey("hot", community, 1);
  const place = { path, label: `r/${communityName(community, communities)}` };
  const reports = { path: queuePath(community), label: "reports" };
  return kind === "moderator" ? [place, reports] : [place];
}

/**
 * A thing is named only while its reader may see it, a comment's thread always. What moderators did
 * was done to one's own, of which there are many: so a post's title says which it was.
 */
function thingLink(thing: Post | Comment, isOwn: boolean): Link | null {
  if ("piece" in thing) {
    return isVisible(thing)
      ? { path: lastingLink(thing), label: "the comment" }
      : { path: threadKey(thing.post), label: "the thread" };
  }
  if (!isVisible(thing)) return null;
  const named = isOwn ? { label: thing.title, isTitle: true } : { label: "the post" };
  return { path: threadKey(thing.id), ...named };
}

/** How a comment of one's own begins that something was done to; null once it is deleted. */
function quoteOf({ thing }: Act, subjects: Notices["subjects"]): string | null {
  const comment = subjects.get(thing);
  if (!comment || !("piece" in comment) || !isVisible(comment)) return null;
  return describe(textOf(textHtml(comment)));
}

interface ReplyLine extends Omit<CommentLine, "score"> {
  /** Empty below a post that is gone. Of a lock its page knows: here it would rewrite inboxes. */
  readonly replyPath: string;
}

/** A reply without its score, which votes would change. */
function replyLine(comment: Comment, surroundings: Surroundings): ReplyLine {
  const { score: _, ...line } = commentLine(comment, surroundings);
  const post = surroundings.posts.get(comment.post);
  return { ...line, replyPath: post && isVisible(post) ? replyPath(comment) : "" };
}

function noticeView(notice: Notice, shown: Notices): object {
  if (notice.type === "reply") return { type: "reply", comment: replyLine(notice.comment, shown) };
  const links = linksOf(notice, shown);
  if (notice.type === "act") {
    const { act } = notice;
    return {
      type: "act",
      createdAt: isoTime(Math.floor(act.at / 1000)),
      sentence: actOutcome(act, communityName(act.community, shown.communities)),
      reason: act.reason,
      isBad: isBadNews(act),
      links,
      quote: quoteOf(act, shown.subjects),
      text: "",
    };
  }
  const { refusal } = notice;
  return {
    type: "refusal",
    createdAt: isoTime(Math.floor(refusal.at / 1000)),
    sentence: refusalSentence(refusal),
    reason: "",
    isBad: true,
    links,
    quote: null,
    text: refusal.text,
  };
}

function noticeJson(notice: Notice, shown: Notices): object {
  if (notice.type === "reply") return replyJson(notice.comment, shown);
  if (notice.type === "refusal") return refusalJson(notice.refusal);
  return actJson(notice.act, communityName(notice.act.community, shown.communities));
}

function replyJson(comment: Comment, surroundings: Surroundings): object {
  const { postTitle, permalink, community } = replyLine(comment, surroundings);
  return {
    kind: "t1",
    data: {
      id: comment.id,
      name: commentFullname(comment.id),
      subject: comment.parent === null ? "post reply" : "comment reply",
      was_comment: true,
      author: comment.author,
      subreddit: community,
      link_title: postTitle,
      context: permalink,
      body: comment.text,
      body_html: renderMarkdown(comment.text),
      created_utc: comment.createdAt,
    },
  };
}

/** Reddit's `t4` thing, from the moderators; which of them it was is not said. */
function actJson(act: Act, community: string): object {
  return {
    kind: "t4",
    data: {
      id: act.event,
      name: `t4_${act.event}`,
      subject: act.kind,
      was_comment: false,
      author: null,
      subreddit: community,
      reason: act.reason,
      about: act.thing,
      body: actSentence(act, community),
      created_utc: Math.floor(act.at / 1000),
    },
  };
}

/** Reddit's `t4` thing, from the site itself. */
function refusalJson(refusal: Refusal): object {
  return {
    kind: "t4",
    data: {
      id: refusal.event,
      name: `t4_${refusal.event}`,
      subject: "not accepted",
      was_comment: false,
      author: null,
      reason: refusal.reason,
      about: refusal.subject,
      body: refusalSentence(refusal),
      text: refusal.text,
      created_utc: Math.floor(refusal.at / 1000),
    },
  };
}
