/** What somebody saved, hid, liked and disliked: private listings of one shape. */
import { isVisible, type MarkKind } from "../model/entities.ts";
import {
  type CommentId,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
} from "../model/ids.ts";
import type { OwnListing } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import {
  type ChronologicalDefinition,
  defineChronologicalListing,
  type SlotsOfPage,
  splitChronologicalListing,
} from "./chronological-listing.ts";
import type { Surroundings } from "./comment-line.ts";
import { splitOwn } from "./key.ts";
import { viewOwnThings } from "./mine-view.ts";
import { readNamedThings } from "./named-things.ts";
import { asItsAuthorSees, asSeenBy } from "./own-view.ts";
import type { Thing } from "./thing.ts";

interface OwnThings extends Surroundings {
  readonly things: readonly Thing[];
}

const KEPT = { head: "private", block: "private" } as const;
const VOTES = { head: "votes", block: "votes" } as const;
/** One votes far more often than one looks at one's votes: half as many pages to write. */
const VOTES_A_BLOCK = 50;

export const savedPage = defineOwnListing("saved");
export const hiddenPage = defineOwnListing("hidden");
/** Their heads change with each vote, and so does what the script lays over the pages. */
export const liked = defineVoteListing("liked");
export const disliked = defineVoteListing("disliked");

function defineOwnListing(name: MarkKind) {
  const path = `/me/${name} · /me/${name}/{n} (key: ~{name}/${name})`;
  return defineChronologicalListing<OwnThings>({ ...aListing(name), path, lanes: KEPT });
}

function defineVoteListing(name: "liked" | "disliked") {
  const paths = { heads: `/me/${name}`, blocks: `/me/${name}/{n} (key: ~{name}/${name}/{n})` };
  return splitChronologicalListing<OwnThings>(paths, {
    ...aListing(name),
    lanes: VOTES,
    blockSize: VOTES_A_BLOCK,
  });
}

function aListing(name: OwnListing): Omit<ChronologicalDefinition<OwnThings>, "path"> {
  const owns = (listing: string) => splitOwn(listing)?.rest === `/${name}`;
  return {
    name: `mine: ${name}`,
    separator: "/",
    isSparse: true,
    owns,
    every: async (reads) => (await reads.privateListings()).filter(owns),
    begun: () => [],
    load: loadOwnThings,
    view: ({ before, after }, { things, ...surroundings }) =>
      viewOwnThings(name, things, surroundings, { before, after }),
  };
}

async function loadOwnThings(reads: Reads, pages: readonly SlotsOfPage[]): Promise<OwnThings[]> {
  const names = pages.flatMap(({ ids }) => ids);
  const { posts, comments, surroundings } = await readNamedThings(reads, names);
  return pages.map(({ listing, ids }) => {
    const owner = splitOwn(listing)?.person ?? null;
    const seen = asSeenBy(owner, surroundings.posts);
    const thingOf = (name: string): Thing | null => {
      const id = parsePostFullname(name) ?? ("" as PostId);
      const post = posts.has(id) ? seen.get(id) : undefined;
      if (post) return isVisible(post) ? { type: "post", post } : null;
      const comment = comments.get(parseCommentFullname(name) ?? ("" as CommentId));
      const isShown =
        comment && isVisible(asItsAuthorSees(comment, owner)) && isUnderVisible(comment.post, seen);
      return isShown ? { type: "comment", comment } : null;
    };
    const things = ids.map(thingOf).filter((thing) => thing !== null);
    return { ...surroundings, posts: seen, things };
  });
}

/** Without its title a comment's line would say nothing. */
function isUnderVisible(id: PostId, posts: Surroundings["posts"]): boolean {
  const post = posts.get(id);
  return post !== undefined && isVisible(post);
}
