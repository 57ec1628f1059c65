/**
 * The rows that a batch of events touches, read before it is decided what they become. Two rounds:
 * aliases and links first, because they say which posts and votes are meant.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { Community, Post, Vote } from "../model/entities.ts";
import type { CommunityKey, PostId } from "../model/ids.ts";
import { readCommitNumber } from "./commit.ts";
import { readAliases, readCommunities, readPosts } from "./reads.ts";

/** A link in a community, as `linkKey` names it. */
export interface LinkRef {
  readonly community: CommunityKey;
  readonly linkKey: string;
}

export interface SubmittedLink extends LinkRef {
  readonly user: string;
}

export interface VoteRef {
  readonly post: PostId;
  readonly user: string;
}

/** What a batch of events is about. */
export interface Touch {
  readonly communities: readonly CommunityKey[];
  readonly posts: readonly PostId[];
  readonly votes: readonly VoteRef[];
  /** A link that the community has already becomes a vote of who submits it. */
  readonly links: readonly SubmittedLink[];
}

export interface Rows {
  readonly commit: number;
  readonly communities: ReadonlyMap<CommunityKey, Community>;
  readonly posts: ReadonlyMap<PostId, Post>;
  readonly aliases: ReadonlyMap<PostId, PostId>;
  /** By `refKey`. */
  readonly votes: ReadonlyMap<string, Vote>;
  /** The oldest visible post of each link, by `refKey`. */
  readonly links: ReadonlyMap<string, PostId>;
}

export function refKey(owner: string, name: string): string {
  return `${owner} ${name}`;
}

export async function readTouched(db: D1Database, touch: Touch): Promise<Rows> {
  const commit = await readCommitNumber(db);
  const [aliases, links] = await Promise.all([
    readAliases(db, touch.posts),
    readLinks(db, touch.links),
  ]);
  const votes: VoteRef[] = touch.votes.map(({ post, user }) => ({
    post: aliases.get(post) ?? post,
    user,
  }));
  for (const { community, linkKey, user } of touch.links) {
    const post = links.get(refKey(community, linkKey));
    if (post) votes.push({ post, user });
  }
  const [communities, posts, voteRows] = await Promise.all([
    readCommunities(db, touch.communities),
    readPosts(db, [...touch.posts, ...aliases.values(), ...links.values()]),
    readVotes(db, votes),
  ]);
  return { commit, communities, posts, aliases, votes: voteRows, links };
}

async function readLinks(db: D1Database, links: readonly LinkRef[]): Promise<Map<string, PostId>> {
  if (links.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT q.value ->> 'community' AS community, q.value ->> 'linkKey' AS linkKey,
         (SELECT id FROM post WHERE community = q.value ->> 'community'
            AND link_key = q.value ->> 'linkKey' AND standing = 'visible'
          ORDER BY created_at, id LIMIT 1) AS id
       FROM json_each(?1) q`,
    )
    .bind(JSON.stringify(links))
    .all<LinkRef & { id: PostId | null }>();
  const found = new Map<string, PostId>();
  for (const { community, linkKey, id } of results) {
    if (id !== null) found.set(refKey(community, linkKey), id);
  }
  return found;
}

async function readVotes(db: D1Database, refs: readonly VoteRef[]): Promise<Map<string, Vote>> {
  if (refs.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT v.user, v.post, v.value, v.at, v.event FROM json_each(?1) q
       CROSS JOIN vote v ON v.post = q.value ->> 'post' AND v.user = q.value ->> 'user'`,
    )
    .bind(JSON.stringify(refs))
    .all<Vote>();
  return new Map(results.map((vote) => [refKey(vote.post, vote.user), vote]));
}
