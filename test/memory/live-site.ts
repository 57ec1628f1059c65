/** A whole site in memory: events go in, pages come out, and everything stored can be searched. */
import { finishDepartures } from "../../src/consumer/finish-departures.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import type { EventId, PersonKey } from "../../src/model/ids.ts";
import { listDeployVersions, readDeployPage, readPage } from "../../src/pages/storage.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { anId } from "../makers.ts";
import { pageText, storedText } from "../rebuild/site-check.ts";
import { storedKeys } from "../stored-keys.ts";
import { consumeEvents, nameAllPages } from "../whole-steps.ts";
import { openMemoryD1 } from "./sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./storage.ts";

export const BEGIN_MS = Date.UTC(2026, 0, 1, 1);
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };

type Content<Event extends CairnEvent> = Event extends CairnEvent
  ? Omit<Event, "version" | "id" | "at">
  : never;

/** Each a second after the one made before. */
export function anEvent(content: Content<CairnEvent>): CairnEvent {
  const id = anId() as EventId;
  return { version: 1, id, at: BEGIN_MS + 1000 * counted++, ...content };
}

let counted = 0;

/** With an admin called Root. */
export async function openLiveSite() {
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "https://cairn.example", admins: ["root" as PersonKey] },
  };
  let token = 0;
  let clock = BEGIN_MS;
  const deps = { ...stored, pace: PACE, now: () => clock, token: () => `publisher-${token++}` };
  const later = async (ms: number) => {
    clock += ms;
    while ((await publishStale(deps)).written > 0);
  };
  await nameAllPages(deps);
  return {
    ...stored,
    deps,
    send: (...events: CairnEvent[]) =>
      consumeEvents(stored.db, events, clock, PACE, { admins: stored.config.admins }),
    /** What is urgent: no lane is awaited. */
    publishUrgent: async () => {
      while (await finishDepartures(deps));
      // No page is written twice within a second, not even for a removal.
      await later(2000);
    },
    publishAll: () => later(700_000),
    text: (path: string) => pageText(stored.pages, path),
    /** The keys of all stored objects in which a needle is found, in whatever representation. */
    async keysWith(needle: string): Promise<string[]> {
      const found: string[] = [];
      for await (const key of storedKeys(stored.pages)) {
        const text = storedText(await readPage(stored.pages, key));
        if (text.toLowerCase().includes(needle.toLowerCase())) found.push(key);
      }
      for await (const [key] of listDeployVersions(stored.site)) {
        const text = storedText(await readDeployPage(stored.site, key));
        if (text.toLowerCase().includes(needle.toLowerCase())) found.push(key);
      }
      return found.sort();
    },
  };
}

export type LiveSite = Awaited<ReturnType<typeof openLiveSite>>;
