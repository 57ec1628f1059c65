/**
 * What has been reported in a community, for its moderators and the admins. The page says itself
 * who they are, in a representation of its own: the reader, who has no database, asks it.
 */
import { type Comment, type Community, isVisible, type Post } from "../model/entities.ts";
import {
  type CommentId,
  type CommunityKey,
  type PersonKey,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
  personKey,
} from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import type { ReportedThing } from "../store/moderation.ts";
import type { Reads } from "../store/reads.ts";
import { guardedKey, pieceKey, queuePath, rankedKey, splitScope, threadKey } from "./key.ts";
import { definePage, type Rendered, type Site } from "./page-type.ts";
import { authorPath, displayDomain } from "./post-line.ts";
import { renderTemplate } from "./templates.ts";

/** A queue that is longer than that is worked off from its beginning. */
const MAX_THINGS = 100;
/** Reasons of one thing: the hundredth says nothing new. */
const MAX_REASONS = 20;

interface Waiting extends ReportedThing {
  readonly post: Post;
  /** Null when the post itself was reported. */
  readonly comment: Comment | null;
}

interface Queue {
  readonly community: Community;
  /** Besides the admins. */
  readonly moderators: readonly PersonKey[];
  readonly waiting: readonly Waiting[];
}

export const queuePage = definePage<CommunityKey, Queue>({
  name: "queue of reports",
  path: "/r/{community}/about/reports (key: ~/r/{community}/about/reports)",
  tier: "write",
  parse(key) {
    const { scope } = splitScope(key.slice(1));
    return scope !== null && key === queueKey(scope) ? scope : null;
  },
  lane: () => "fast",
  *affectedBy(change) {
    const begun = change.communities.map(({ key }) => key);
    for (const community of [...begun, ...change.queues]) yield queueKey(community);
  },
  async *every(reads) {
    for (const { key } of await reads.allCommunities()) yield queueKey(key);
  },
  load: loadQueues,
  view: viewQueue,
});

function queueKey(community: CommunityKey): string {
  return guardedKey(queuePath(community));
}

async function loadQueues(reads: Reads, keys: readonly CommunityKey[]): Promise<(Queue | null)[]> {
  const [communities, named, things] = await Promise.all([
    reads.communities(keys),
    reads.moderators(keys),
    reads.reportedThings(keys, MAX_THINGS, MAX_REASONS),
  ]);
  const names = things.flat().map(({ thing }) => thing);
  const comments = await reads.comments(
    names.map(parseCommentFullname).filter((id) => id !== null),
  );
  const posts = await reads.posts([
    ...names.map(parsePostFullname).filter((id) => id !== null),
    ...[...comments.values()].map(({ post }) => post),
  ]);
  return keys.map((key, index) => {
    const community = communities.get(key);
    if (!community) return null;
    const creator = personKey(community.creator);
    const moderators = [...(creator === null ? [] : [creator]), ...(named[index] ?? [])];
    const waiting = (things[index] ?? []).flatMap((thing) => {
      const comment = comments.get(parseCommentFullname(thing.thing) ?? ("" as CommentId)) ?? null;
      const id = comment?.post ?? parsePostFullname(thing.thing);
      const post = posts.get(id ?? ("" as PostId));
      return post && isVisible(comment ?? post) ? [{ ...thing, post, comment }] : [];
    });
    return { community, moderators, waiting };
  });
}

function viewQueue(
  _: CommunityKey,
  { community, moderators, waiting }: Queue,
  site: Site,
): Rendered {
  const html = renderTemplate("queue", {
    title: `Reports in r/${community.name}`,
    communityPath: rankedKey("hot", community.key, 1),
    community,
    path: queuePath(community.key),
    waiting: waiting.map(lineOf),
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
function lineOf({ thing, reports, reasons, post, comment }: Waiting): object {
  const { author } = comment ?? post;
  const text = comment === null ? post.text : comment.text;
  const path = comment ? `${pieceKey(post.id, comment.piece)}#${thing}` : threadKey(post.id);
  return {
    id: thing,
    title: comment ? "a comment" : post.title,
    href: comment ? path : (post.url ?? path),
    domain: comment ? "" : displayDomain(post),
    path,
    author,
    authorPath: authorPath(author),
    textHtml: text === null ? "" : renderMarkdown(text),
    reportsLabel: reports === 1 ? "1 report" : `${reports} reports`,
    reasons,
  };
}
