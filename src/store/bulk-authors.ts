/** Whose imported posts and comments are: an import brings back no name that somebody has left. */
import type { D1Database } from "@cloudflare/workers-types";
import { DEPARTED } from "../model/entities.ts";
import { personKey } from "../model/ids.ts";
import { readPeople } from "./people.ts";

/** @returns the same things; those of people who have deleted their accounts are nobody's */
export async function withoutDeparted<Thing extends { readonly author: string }>(
  db: D1Database,
  things: readonly Thing[],
): Promise<Thing[]> {
  const people = await readPeople(
    db,
    things.map(({ author }) => personKey(author)),
  );
  return things.map((thing) => {
    const key = personKey(thing.author);
    const departure = (key && people.get(key)?.departure) ?? null;
    return departure === null ? thing : { ...thing, author: DEPARTED };
  });
}
