/** A whole site in memory: what is sent is applied, and published when the test says so. */
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { readPage } from "../../src/pages/storage.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { readCommitNumber } from "../../src/store/commit.ts";
import { keysNamedAt } from "../../src/store/page-rows.ts";
import { pageText, storedText } from "../rebuild/site-check.ts";
import { storedKeys } from "../stored-keys.ts";
import { consumeEvents, nameAllPages } from "../whole-steps.ts";
import { openMemoryD1 } from "./sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./storage.ts";

/** No lane waits. */
const PACE = { fast: 0, slow: 0, private: 0 };
/** No page is written twice within a second, not even for a deletion. */
const BETWEEN_WRITES_MS = 2000;

/** @param beginMs its clock when it begins, milliseconds since 1970 */
export async function aMemorySite(beginMs: number) {
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "https://cairn.example", admins: [] },
  };
  let token = 0;
  let clock = beginMs;
  const deps = { ...stored, pace: PACE, now: () => clock, token: () => `publisher-${token++}` };
  const site = {
    ...stored,
    send: (...events: CairnEvent[]) => consumeEvents(stored.db, events, clock, PACE),
    async publish() {
      clock += BETWEEN_WRITES_MS;
      while ((await publishStale(deps)).written > 0);
    },
    text: (path: string) => pageText(stored.pages, path),
    /** Every stored page that a write can change, by its key. */
    async texts() {
      const found = new Map<string, string>();
      for await (const key of storedKeys(stored.pages)) {
        found.set(key, storedText(await readPage(stored.pages, key)));
      }
      return found;
    },
    /** The pages that the last commit made stale, if none was stale before. */
    lastNamed: async () => keysNamedAt(stored.db, await readCommitNumber(stored.db)),
  };
  await nameAllPages(deps);
  return site;
}

export type MemorySite = Awaited<ReturnType<typeof aMemorySite>>;
