/**
 * Since when somebody's sessions hold: the reader compares it with the token before it serves a
 * private page. It exists once sessions have been ended, by a new password.
 */
import type { Person } from "../model/entities.ts";
import type { PersonKey } from "../model/ids.ts";
import { ownKey, SESSION_EPOCH } from "./key.ts";
import { jsonPage, ownerOf } from "./overlay.ts";
import { definePage } from "./page-type.ts";

export const sessionEpochPage = definePage<PersonKey, Person>({
  name: "session epoch",
  path: "(read by the reader; key: ~{name}/session)",
  tier: "write",
  parse: (key) => ownerOf(key, SESSION_EPOCH),
  lane: () => "fast",
  affectedBy: (change) => change.sessionsEnded.map((person) => ownKey(person, SESSION_EPOCH)),
  async *every(reads) {
    for (const person of await reads.endedSessions()) yield ownKey(person, SESSION_EPOCH);
  },
  async load(reads, keys) {
    const people = await reads.people(keys);
    return keys.map((key) => {
      const person = people.get(key);
      return person && person.sessionEpoch > 0 ? person : null;
    });
  },
  view: (_, { sessionEpoch }) => jsonPage({ epoch: sessionEpoch }),
});
