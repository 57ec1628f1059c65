/** What only the author of something sees: nothing there says that moderators removed it. Pure. */
import type { Comment, Post } from "../model/entities.ts";
import { type PersonKey, personKey } from "../model/ids.ts";

export function asItsAuthorSees<Thing extends Post | Comment>(
  thing: Thing,
  viewer: PersonKey | null,
): Thing {
  const isOwn = viewer !== null && personKey(thing.author) === viewer;
  return isOwn && thing.standing === "removed" ? { ...thing, standing: "visible" } : thing;
}

export function asSeenBy<Id, Thing extends Post | Comment>(
  viewer: PersonKey | null,
  things: ReadonlyMap<Id, Thing>,
): ReadonlyMap<Id, Thing> {
  return new Map([...things].map(([id, thing]) => [id, asItsAuthorSees(thing, viewer)]));
}
