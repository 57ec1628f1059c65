/** A page that ends whoever publishes it, by what it takes of memory, time or calls. */
import { expect, it } from "vitest";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { EventId } from "../src/model/ids.ts";
import { threadKey } from "../src/pages/key.ts";
import { LEASE_MS } from "../src/store/leases.ts";
import { anId, aSubmission } from "./makers.ts";
import { aMemorySite, type MemorySite } from "./memory/site.ts";

const NOW = Date.UTC(2026, 0, 2);
const PACE = { fast: 0, slow: 0, private: 0 };
/** Invocations before the lethal page may be leased again. */
const INVOCATIONS = 10;

/** An invocation's stores: none answers any more once it has begun to put that page. */
function untilPut({ db, pages }: MemorySite, lethal: string) {
  let isDead = false;
  const watched = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
        return (...given: unknown[]) => {
          isDead ||= name === "put" && given[0] === lethal;
          if (isDead) throw new Error("the invocation has ended");
          return method.apply(target, given);
        };
      },
    });
  return { db: watched(db), pages: watched(pages) };
}

it("keeps no others: they are published while its lease runs", async () => {
  const site = await aMemorySite(NOW);
  const about = { name: "programming", title: "programming", description: "" };
  const created = { version: 1, id: anId() as EventId, at: NOW, by: "ann", ...about } as const;
  const posts = Array.from({ length: 5 }, () => aSubmission());
  await site.send({ ...created, type: "community_created" });
  await site.send(...posts);
  const lethal = threadKey(posts[2]?.post as (typeof posts)[number]["post"]);
  const publish = (now: number) =>
    publishStale({
      ...site,
      ...untilPut(site, lethal),
      now: () => now,
      token: anId,
      pace: PACE,
    }).catch(() => undefined);
  await publish(NOW);
  for (let n = 0; n < INVOCATIONS; n++) await publish(NOW + LEASE_MS);
  const stale = await site.db.prepare("SELECT key FROM page WHERE named > written").all();
  expect(stale.results).toEqual([{ key: lethal }]);
});
