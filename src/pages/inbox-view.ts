/** An inbox as HTML and, in the shape of Reddit's messages, as JSON. Pure. */
import { type Act, type Comment, isVisible } from "../model/entities.ts";
import { commentFullname } from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import type { Refusal } from "../store/commit.ts";
import { actSentence } from "./act-sentence.ts";
import { type CommentLine, commentLine, type Surroundings } from "./comment-line.ts";
import { type Notice, type Notices, subjectOf } from "./inbox.ts";
import { pieceKey, threadKey } from "./key.ts";
import { type Neighbours, ownFrame, ownPage, paths } from "./mine-view.ts";
import type { Rendered } from "./page-type.ts";
import { isoTime } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { refusalSentence } from "./refusal-sentence.ts";
import { renderTemplate } from "./templates.ts";

/** @param slots in the listing: what has been read once its owner says so; 0 for nothing to say */
export function viewInbox(
  { notices, subjects, ...surroundings }: Notices,
  slots: number,
  neighbours: Neighbours,
): Rendered {
  const { before, after } = paths(neighbours);
  const html = renderTemplate("inbox", {
    ...ownFrame("inbox"),
    slots,
    notices: notices.map((notice) => ({
      ...noticeView(notice, surroundings),
      about: aboutOf(notice, subjects),
    })),
    before,
    after,
  });
  const children = notices.map((notice) => noticeJson(notice, surroundings));
  return ownPage(html, listingJson(children, before, after));
}

/** Of somebody to whom nobody has said anything. */
export function viewEmptyInbox(): Rendered {
  const nothing = { posts: new Map(), communities: new Map(), notices: [], subjects: new Map() };
  return viewInbox(nothing, 0, { before: null, after: null });
}

/**
 * Where the thing is that a notice is about. One that was refused may be somebody else's, and is
 * named only while it is visible, a comment's thread always; what moderators did was done to one's own.
 */
function aboutOf(notice: Notice, subjects: Notices["subjects"]): object | null {
  const thing = subjects.get(subjectOf(notice) ?? "");
  if (!thing) return null;
  const isThere = notice.type !== "refusal" || isVisible(thing);
  if ("piece" in thing) {
    return isThere
      ? { path: commentPath(thing), label: "the comment" }
      : { path: threadKey(thing.post), label: "the thread" };
  }
  return isThere ? { path: threadKey(thing.id), label: "the post" } : null;
}

function commentPath({ id, post, piece }: Comment): string {
  return `${pieceKey(post, piece)}#${commentFullname(id)}`;
}

/** A reply without its score, which votes would change. */
function replyLine(comment: Comment, surroundings: Surroundings): Omit<CommentLine, "score"> {
  const { score: _, ...line } = commentLine(comment, surroundings);
  return line;
}

function noticeView(notice: Notice, surroundings: Surroundings): object {
  if (notice.type === "reply") {
    return { type: "reply", comment: replyLine(notice.comment, surroundings) };
  }
  if (notice.type === "act") {
    const { act } = notice;
    const createdAt = isoTime(Math.floor(act.at / 1000));
    return { type: "act", createdAt, sentence: actSentence(act), text: "" };
  }
  const { refusal } = notice;
  return {
    type: "refusal",
    createdAt: isoTime(Math.floor(refusal.at / 1000)),
    sentence: refusalSentence(refusal),
    text: refusal.text,
  };
}

function noticeJson(notice: Notice, surroundings: Surroundings): object {
  if (notice.type === "reply") return replyJson(notice.comment, surroundings);
  return notice.type === "act" ? actJson(notice.act) : refusalJson(notice.refusal);
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
function actJson(act: Act): object {
  return {
    kind: "t4",
    data: {
      id: act.event,
      name: `t4_${act.event}`,
      subject: act.kind,
      was_comment: false,
      author: null,
      subreddit: act.community,
      reason: act.reason,
      about: act.thing,
      body: actSentence(act),
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
