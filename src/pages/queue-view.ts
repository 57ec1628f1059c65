/** A queue of reports as HTML. Pure. */
import type { Comment, Community, Post } from "../model/entities.ts";
import { personKey } from "../model/ids.ts";
import { lastingLink } from "./comment-line.ts";
import { queuePath, rankedKey, threadKey } from "./key.ts";
import { pageOf, type Rendered, type Site } from "./page-type.ts";
import { authorPath, displayDomain, isoTime } from "./post-line.ts";
import type { Ban, Queue, Removal, Waiting } from "./queue.ts";
import { renderTemplate } from "./templates.ts";
import { beginningHtml } from "./text-html.ts";

/** Who may read it is a representation of its own. */
export function viewQueue(
  { community, moderators, waiting, removals, bans }: Queue,
  site: Site,
): Rendered {
  const html = renderTemplate("queue", {
    title: `Reports in r/${community.name}`,
    communityPath: rankedKey("hot", community.key, 1),
    community,
    path: queuePath(community.key),
    waiting: waiting.map((thing) => lineOf(thing, community)),
    removals: removals.map((removal) => removalOf(removal, community)),
    bans: bans.map((each) => banOf(each, community)),
  });
  const readers = [...new Set([...moderators, ...site.admins])].sort();
  return pageOf({ type: "html", body: html }, { type: "text", body: readers.join("\n") });
}

/** Without scores and counts of comments, which would have the queue written for every vote. */
function lineOf(
  { thing, reports, at, reasons, post, comment }: Waiting,
  community: Community,
): object {
  const { author } = comment ?? post;
  const path = pathOf(post, comment);
  return {
    id: thing,
    title: comment ? "a comment" : post.title,
    href: comment ? path : (post.url ?? path),
    domain: comment ? "" : displayDomain(post),
    postPath: threadKey(post.id),
    postLabel: comment ? "its post" : "comments",
    author,
    authorPath: authorPath(author),
    banPath: rolePath("ban", author, community),
    createdAt: timeOf(at),
    textHtml: beginningHtml(comment ?? post),
    reportsLabel: reports === 1 ? "1 report" : `${reports} reports`,
    reasons,
  };
}

/** The form with its fields filled in; empty for somebody who has left. */
function rolePath(act: "ban" | "unban", name: string, { key }: Community): string {
  return personKey(name) === null ? "" : `/api/${act}?sr=${key}&user=${name}`;
}

function timeOf(ms: number): string {
  return isoTime(Math.floor(ms / 1000));
}

function banOf({ name, at }: Ban, community: Community): object {
  const unbanPath = rolePath("unban", name, community);
  return { author: name, authorPath: authorPath(name), createdAt: timeOf(at), unbanPath };
}

function pathOf(post: Post, comment: Comment | null): string {
  return comment ? lastingLink(comment) : threadKey(post.id);
}

/**
 * Nothing of what it says: what is gone is in no stored page but its author's own. An approval brings
 * back what it says now, which whoever removed it may not have read.
 */
function removalOf({ act, post, comment }: Removal, community: Community): object {
  const { author, edit } = comment ?? post;
  return {
    id: act.thing,
    label: comment ? "a comment" : "a post",
    path: pathOf(post, comment),
    author,
    authorPath: authorPath(author),
    banPath: rolePath("ban", author, community),
    createdAt: timeOf(act.at),
    by: act.by === "" ? null : { author: act.by, authorPath: authorPath(act.by) },
    did: act.kind === "spam" ? "removed as spam" : "removed",
    reason: act.reason,
    isEditedSince: edit !== null && edit.at > act.at,
  };
}
