/**
 * What has been reported in a community, what was removed last, and who is banned, for its moderators
 * and the admins. Never who reported anything. The page says itself who may read it: the reader, who
 * has no database, asks it.
 */
import { type Act, type Comment, type Community, isVisible, type Post } from "../model/entities.ts";
import {
  type CommentId,
  type CommunityKey,
  type PersonKey,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
  personKey,
} from "../model/ids.ts";
import type { Reads } from "../store/reads.ts";
import type { ReportedThing } from "../store/reports.ts";
import { guardedKey, queuePath, splitScope } from "./key.ts";
import { withoutDeparted } from "./log.ts";
import { definePage } from "./page-type.ts";
import { viewQueue } from "./queue-view.ts";

/** A queue that is longer than that is worked off from its beginning. */
const MAX_THINGS = 100;
/** Why one thing was reported: the hundredth reason says nothing new. */
const MAX_REASONS = 20;
/** What was removed by mistake is noticed soon, or found by its address. */
const MAX_REMOVALS = 25;
/** Who has been banned for longer is found in the log. */
const MAX_BANNED = 100;

export interface Waiting extends ReportedThing {
  readonly post: Post;
  /** Null when the post itself was reported. */
  readonly comment: Comment | null;
}

export interface Removal {
  readonly act: Act;
  readonly post: Post;
  readonly comment: Comment | null;
}

export interface Ban {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Queue {
  readonly community: Community;
  /** Besides the admins. */
  readonly moderators: readonly PersonKey[];
  readonly waiting: readonly Waiting[];
  readonly removals: readonly Removal[];
  readonly bans: readonly Ban[];
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
  view: (_, queue, site) => viewQueue(queue, site),
});

function queueKey(community: CommunityKey): string {
  return guardedKey(queuePath(community));
}

async function loadQueues(reads: Reads, keys: readonly CommunityKey[]): Promise<(Queue | null)[]> {
  const [communities, named, things, acts, banned] = await Promise.all([
    reads.communities(keys),
    reads.moderators(keys),
    reads.reportedThings(keys, MAX_THINGS, MAX_REASONS),
    reads.removals(keys, MAX_REMOVALS),
    reads.banned(keys, MAX_BANNED),
  ]);
  const shownActs = await withoutDeparted(
    reads,
    new Map(acts.flat().map((act) => [act.event, act])),
  );
  const people = await reads.people(banned.flat().map(({ person }) => person));
  const names = [...things.flat(), ...acts.flat()].map(({ thing }) => thing);
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
    const find = (thing: string) => {
      const comment = comments.get(parseCommentFullname(thing) ?? ("" as CommentId)) ?? null;
      const id = comment?.post ?? parsePostFullname(thing);
      const post = posts.get(id ?? ("" as PostId));
      return post ? { post, comment } : null;
    };
    const waiting = (things[index] ?? []).flatMap((thing) => {
      const found = find(thing.thing);
      return found && isVisible(found.comment ?? found.post) ? [{ ...thing, ...found }] : [];
    });
    const removals = (acts[index] ?? []).flatMap(({ event, thing }) => {
      const found = find(thing);
      const act = shownActs.get(event);
      return found && act ? [{ act, ...found }] : [];
    });
    const bans = (banned[index] ?? []).map(({ person, at }) => {
      return { name: people.get(person)?.name ?? person, at };
    });
    return { community, moderators, waiting, removals, bans };
  });
}
