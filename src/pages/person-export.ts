/**
 * All that somebody wrote, as one file for them alone. It is there once they have asked for it, and
 * kept up to date from then on. Without scores, which others change.
 */
import type { Comment, Person, Post } from "../model/entities.ts";
import {
  type CommentId,
  commentFullname,
  type PersonKey,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
  postFullname,
} from "../model/ids.ts";
import { ownListing } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import { ownerOf, ownKey } from "./key.ts";
import { definePage, jsonPage } from "./page-type.ts";

const REST = "/export";
/** Things read at once. */
const CHUNK = 5000;

interface Written {
  readonly person: Person;
  /** In the order of their writing; what was deleted is missing. */
  readonly things: readonly object[];
}

export const personExportPage = definePage<PersonKey, Written>({
  name: "mine: export",
  path: "/me/export (key: ~{name}/export)",
  tier: "write",
  parse: (key) => ownerOf(key, REST),
  lane: () => "private",
  affectedBy: (change) => change.exports.map((person) => ownKey(person, REST)),
  async *every(reads) {
    for (const person of await reads.exporters()) yield ownKey(person, REST);
  },
  async load(reads, keys) {
    const people = await reads.people(keys);
    return Promise.all(
      keys.map(async (key): Promise<Written | null> => {
        const person = people.get(key);
        const isThere = person && person.exportAt > 0 && person.departure === null;
        return isThere ? { person, things: await readWritten(reads, key) } : null;
      }),
    );
  },
  view: (_, { person, things }) =>
    jsonPage({ name: person.name, created_utc: person.createdAt, written: things }),
});

async function readWritten(reads: Reads, person: PersonKey): Promise<object[]> {
  const listing = ownListing(person, "written");
  const [count = 0] = await reads.slotCounts([listing]);
  const things: object[] = [];
  for (let from = 1; from <= count; from += CHUNK) {
    const range = { listing, from, to: from + CHUNK - 1 };
    const [names = []] = await reads.slotIds([range]);
    things.push(...(await readThings(reads, names)));
  }
  return things;
}

async function readThings(reads: Reads, names: readonly string[]): Promise<object[]> {
  const posts = await reads.posts(names.map(parsePostFullname).filter((id) => id !== null));
  const comments = await reads.comments(
    names.map(parseCommentFullname).filter((id) => id !== null),
  );
  return names.flatMap((name) => {
    const post = posts.get(parsePostFullname(name) ?? ("" as PostId));
    if (post) return post.standing === "deleted" ? [] : [postOf(post)];
    const comment = comments.get(parseCommentFullname(name) ?? ("" as CommentId));
    return comment && comment.standing !== "deleted" ? [commentOf(comment)] : [];
  });
}

function postOf({ id, community, title, url, text, createdAt }: Post): object {
  const name = postFullname(id);
  return { name, subreddit: community, title, url, selftext: text, created_utc: createdAt };
}

function commentOf({ id, post, parent, text, createdAt }: Comment): object {
  return {
    name: commentFullname(id),
    link_id: postFullname(post),
    parent_id: parent === null ? postFullname(post) : commentFullname(parent),
    body: text,
    created_utc: createdAt,
  };
}
