/** What a person posted and what they said: two chronological listings of the same shape. */
import { isVisible, type Person } from "../model/entities.ts";
import type { CommentId, PersonKey, PostId } from "../model/ids.ts";
import { saidListing, submittedListing } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import { SIDE_LANES, splitChronologicalListing } from "./chronological-listing.ts";
import { readCommentLines, type Surroundings } from "./comment-line.ts";
import { splitPerson } from "./key.ts";
import { viewPerson } from "./person-view.ts";
import type { Thing } from "./thing.ts";

interface Things extends Surroundings {
  readonly person: Person;
  readonly things: readonly Thing[];
}

/** Things by id, with what their lines need. */
export type ReadThings = (
  reads: Reads,
  ids: readonly string[],
) => Promise<Surroundings & { readonly things: ReadonlyMap<string, Thing> }>;

export const readPostThings: ReadThings = async (reads, ids) => {
  const posts = await reads.posts(ids as PostId[]);
  const communities = await reads.communities(
    [...posts.values()].map(({ community }) => community),
  );
  const visible = [...posts.values()].filter(isVisible);
  const things = new Map(visible.map((post): [string, Thing] => [post.id, { type: "post", post }]));
  return { posts, communities, things };
};

export const readCommentThings: ReadThings = async (reads, ids) => {
  const { comments, posts, communities } = await readCommentLines(reads, ids as CommentId[]);
  const visible = [...comments.values()].filter(isVisible);
  const things = new Map(
    visible.map((comment): [string, Thing] => [comment.id, { type: "comment", comment }]),
  );
  return { posts, communities, things };
};

function definePersonListing(
  tab: "submitted" | "comments",
  listingOf: (person: PersonKey) => string,
  readThings: ReadThings,
) {
  const heads = `/user/{name}/${tab}`;
  return splitChronologicalListing<Things>(
    { heads, blocks: `${heads}/{n}` },
    {
      name: `person: ${tab}`,
      separator: "/",
      isSparse: true,
      isShownEmpty: true,
      lanes: SIDE_LANES,
      owns: (listing) => splitPerson(listing)?.rest === `/${tab}`,
      every: async (reads) => (await reads.personKeys()).map(listingOf),
      begun: () => [],
      async load(reads, pages) {
        const keys = pages.map(({ listing }) => splitPerson(listing)?.person as PersonKey);
        const people = await reads.people(keys);
        const found = await readThings(
          reads,
          pages.flatMap(({ ids }) => ids),
        );
        return pages.map(({ ids }, index) => {
          const person = people.get(keys[index] as PersonKey);
          if (!person || person.departure !== null) return null;
          const things = ids
            .map((id) => found.things.get(id))
            .filter((thing) => thing !== undefined);
          return { ...found, person, things };
        });
      },
      view: ({ key, block, before, after, slots }, things, site) =>
        viewPerson({ ...things, tab, isNew: slots === 0, key, block, before, after }, site),
    },
  );
}

export const submitted = definePersonListing("submitted", submittedListing, readPostThings);
export const said = definePersonListing("comments", saidListing, readCommentThings);
