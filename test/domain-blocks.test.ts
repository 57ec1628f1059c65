/** A domain with several blocks of posts whose last visible one goes, and a new one comes. */
import { expect, it } from "vitest";
import type { ConsumerDeps } from "../src/consumer/consumer-deps.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { EventId } from "../src/model/ids.ts";
import { readPage } from "../src/pages/storage.ts";
import { placeOf } from "../src/pages/together.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anId, aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const NOW = Date.UTC(2026, 0, 1, 1);
const PACE = { fast: 0, slow: 0, private: 0 };

async function aPublishedSite() {
  let now = NOW;
  const deps: ConsumerDeps = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://cairn.example", admins: [] },
    pace: PACE,
    now: () => now,
    token: anId,
  };
  await nameAllPages(deps);
  const send = async (events: readonly CairnEvent[]) => {
    await consumeEvents(deps.db, events, now, PACE);
    for (now += 10_000; (await publishStale(deps)).written > 0; now += 10_000);
  };
  const status = async (key: string) => (await readPage(deps.pages, placeOf(key).key))?.head.status;
  return { deps, send, status };
}

const PAGES = ["/domain/example.com", "/domain/example.com/new"];
const BLOCKS = ["/domain/example.com/new/1", "/domain/example.com/new/2"];

it("all pages of a domain go with its last visible post, and come again with the next", async () => {
  const { deps, send, status } = await aPublishedSite();
  const about = { by: "ann", name: "programming", title: "", description: "" };
  const id = anId() as EventId;
  await send([{ version: 1, type: "community_created", id, at: NOW, ...about }]);
  const posts = Array.from({ length: 30 }, () => aSubmission());
  await send(posts);
  const statuses = () => Promise.all([...PAGES, ...BLOCKS].map(status));
  expect(await statuses()).toEqual([200, 200, 200, 302]);
  const deletions = posts.map(({ post, by }): CairnEvent => {
    return { version: 1, type: "post_deleted", id: anId() as EventId, at: NOW, by, post };
  });
  await send(deletions.slice(0, 29));
  expect(await statuses()).toEqual([200, 200, 200, 302]);
  await send(deletions.slice(29));
  expect(await siteDifferences(deps)).toEqual([]);
  expect(await statuses()).toEqual([404, 404, 404, 404]);
  await send([aSubmission()]);
  expect(await siteDifferences(deps)).toEqual([]);
  expect(await statuses()).toEqual([200, 200, 200, 302]);
});
