/** A person's own page: their karma, and the newest of what they posted and said. */
import type { Person } from "../model/entities.ts";
import type { PersonKey } from "../model/ids.ts";
import { saidListing, submittedListing } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import type { Surroundings } from "./comment-line.ts";
import { PAGE_SIZE, personPath, splitPerson } from "./key.ts";
import { definePage } from "./page-type.ts";
import { type ReadThings, readCommentThings, readPostThings } from "./person-things.ts";
import { viewPerson } from "./person-view.ts";
import { contentOf, type Thing } from "./thing.ts";

interface Model extends Surroundings {
  readonly person: Person;
  readonly things: readonly Thing[];
  readonly isNew: boolean;
}

export const personPage = definePage<PersonKey, Model>({
  name: "person",
  path: "/user/{name}",
  tier: "write",
  parse(key) {
    const found = splitPerson(key);
    return found?.rest === "" ? found.person : null;
  },
  lane: () => "side",
  affectedBy: (change) => change.people.map(personPath),
  async *every(reads) {
    for (const key of await reads.personKeys()) yield personPath(key);
  },
  load: loadPeople,
  view: (key, model, site) =>
    viewPerson(
      {
        ...model,
        tab: "overview",
        block: null,
        key: personPath(key),
        before: null,
        after: null,
      },
      site,
    ),
});

async function loadPeople(reads: Reads, keys: readonly PersonKey[]): Promise<(Model | null)[]> {
  const people = await reads.people(keys);
  const posted = await readNewest(reads, keys.map(submittedListing), readPostThings);
  const said = await readNewest(reads, keys.map(saidListing), readCommentThings);
  return keys.map((key, index) => {
    const person = people.get(key);
    if (!person || person.departure !== null) return null;
    const things = [...(posted.things[index] ?? []), ...(said.things[index] ?? [])]
      .sort(byNewest)
      .slice(0, PAGE_SIZE);
    return {
      person,
      things,
      isNew: posted.counts[index] === 0 && said.counts[index] === 0,
      posts: new Map([...posted.posts, ...said.posts]),
      communities: new Map([...posted.communities, ...said.communities]),
    };
  });
}

/** The newest things of each listing, by its last slots: the deleted ones among them are missing. */
async function readNewest(reads: Reads, listings: readonly string[], readThings: ReadThings) {
  const counts = await reads.slotCounts(listings);
  const ranges = listings.map((listing, index) => {
    const to = counts[index] ?? 0;
    return { listing, from: Math.max(1, to - PAGE_SIZE + 1), to };
  });
  const ids = await reads.slotIds(ranges);
  const { things, ...surroundings } = await readThings(reads, ids.flat());
  const newest = ids.map((ofListing) =>
    ofListing.map((id) => things.get(id)).filter((thing) => thing !== undefined),
  );
  return { ...surroundings, counts, things: newest };
}

function byNewest(one: Thing, other: Thing): number {
  const [a, b] = [contentOf(one), contentOf(other)];
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
