/** People whose own pages are to be written, public and private ones. Pure. */
import type { Comment, Person, Post } from "../model/entities.ts";
import { type PersonKey, personKey } from "../model/ids.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";

/** The authors of what changed, of comments under a title that has gone, and those who are new. */
export function peopleShown(
  { posts, comments, people }: Applied,
  discussion: readonly { readonly author: string }[],
  rows: Rows,
): PersonKey[] {
  const authors = [
    ...posts.map(({ after }) => after.author),
    ...comments.map(({ after }) => after.author),
    ...discussion.map(({ author }) => author),
  ];
  const keys = authors.map(personKey).filter((key) => key !== null);
  const different = people.filter((person) => !isShownAlike(person, rows.people.get(person.key)));
  return [...new Set([...keys, ...different.map(({ key }) => key)])];
}

/** Nothing that a person's own page shows is different. */
function isShownAlike(after: Person, before: Person | undefined): boolean {
  return (
    isNamedAlike(after, before) &&
    before.postKarma === after.postKarma &&
    before.commentKarma === after.commentKarma
  );
}

/** Nor is anything above what they wrote: no karma is in their file. */
function isExportedAlike(after: Person, before: Person | undefined): boolean {
  return isNamedAlike(after, before) && before.exportAt === after.exportAt;
}

function isNamedAlike(after: Person, before: Person | undefined): before is Person {
  return (
    before !== undefined &&
    before.name === after.name &&
    before.createdAt === after.createdAt &&
    before.departure === after.departure
  );
}

/** Whoever has a file of all they wrote, and asks for it, writes, or leaves. */
export function exportsChanged(applied: Applied, rows: Rows): PersonKey[] {
  const { posts, comments, people } = applied;
  const authors = [...posts, ...comments].flatMap(({ before, after }) =>
    before !== null && isSameText(before, after) ? [] : [before?.author ?? "", after.author],
  );
  const written = authors.map(personKey).filter((key) => key !== null);
  const known = new Map([...rows.people, ...people.map((person) => [person.key, person] as const)]);
  const different = people.filter(
    (person) => !isExportedAlike(person, rows.people.get(person.key)),
  );
  const keys = new Set([...written, ...different.map(({ key }) => key)]);
  return [...keys].filter((key) => (known.get(key)?.exportAt ?? 0) > 0);
}

function isSameText(before: Post | Comment, after: Post | Comment): boolean {
  const isSame = before.text === after.text && before.standing === after.standing;
  return isSame && before.author === after.author;
}

/** People for whom the number has grown. */
export function raised(
  { people }: Applied,
  rows: Rows,
  field: "inboxRead" | "sessionEpoch",
): PersonKey[] {
  return people
    .filter((person) => person[field] > (rows.people.get(person.key)?.[field] ?? 0))
    .map(({ key }) => key);
}
