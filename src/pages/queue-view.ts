/** A queue of reports as HTML. Pure. */
import { type Comment, DEPARTED, type Post } from "../model/entities.ts";
import type { PersonKey } from "../model/ids.ts";
import { pieceKey, queuePath, rankedKey, threadKey } from "./key.ts";
import type { Rendered, Site } from "./page-type.ts";
import { authorPath, displayDomain, isoTime } from "./post-line.ts";
import type { Queue, Removal, Waiting } from "./queue.ts";
import { renderTemplate } from "./templates.ts";
import { beginningHtml } from "./text-html.ts";

/** Who may read it is a representation of its own. */
export function viewQueue(
  { community, moderators, waiting, removals, departed }: Queue,
  site: Site,
): Rendered {
  const html = renderTemplate("queue", {
    title: `Reports in r/${community.name}`,
    communityPath: rankedKey("hot", community.key, 1),
    community,
    path: queuePath(community.key),
    waiting: waiting.map((thing) => lineOf(thing, departed)),
    removals: removals.map(removalOf),
  });
  const readers = [...new Set([...moderators, ...site.admins])].sort();
  return {
    type: "page",
    status: 200,
    path: null,
    representations: [
      { type: "html", body: html },
      { type: "text", body: readers.join("\n") },
    ],
  };
}

/** Without scores and counts of comments, which would have the queue written for every vote. */
function lineOf(
  { thing, reports, complaints, post, comment }: Waiting,
  departed: ReadonlySet<PersonKey>,
): object {
  const { author } = comment ?? post;
  const path = pathOf(thing, post, comment);
  return {
    id: thing,
    title: comment ? "a comment" : post.title,
    href: comment ? path : (post.url ?? path),
    domain: comment ? "" : displayDomain(post),
    path,
    author,
    authorPath: authorPath(author),
    textHtml: beginningHtml(comment ?? post),
    reportsLabel: reports === 1 ? "1 report" : `${reports} reports`,
    complaints: complaints.map(({ person, reason }) => {
      const name = departed.has(person) ? DEPARTED : person;
      return { author: name, authorPath: authorPath(name), reason };
    }),
  };
}

function pathOf(thing: string, post: Post, comment: Comment | null): string {
  return comment ? `${pieceKey(post.id, comment.piece)}#${thing}` : threadKey(post.id);
}

/** Nothing of what it says: what is gone is in no stored page but its author's own. */
function removalOf({ act, post, comment }: Removal): object {
  const { author } = comment ?? post;
  return {
    id: act.thing,
    label: comment ? "a comment" : "a post",
    path: pathOf(act.thing, post, comment),
    author,
    authorPath: authorPath(author),
    createdAt: isoTime(Math.floor(act.at / 1000)),
    by: act.by === "" ? null : { author: act.by, authorPath: authorPath(act.by) },
    did: act.kind === "spam" ? "removed as spam" : "removed",
    reason: act.reason,
  };
}
