/** On the free plan all pages are named in several steps, by an object that may be gone between two. */
import type { Queue } from "@cloudflare/workers-types";
import { expect, it } from "vitest";
import { FREE } from "../src/consumer/limits.ts";
import { openPhases, type Phases } from "../src/consumer/phases.ts";
import { aMemorySite } from "./memory/site.ts";

const NOW = Date.UTC(2026, 0, 2);

async function openSite() {
  const site = await aMemorySite(NOW);
  await site.publish();
  await site.db.prepare("UPDATE site SET compiled = 'older code'").run();
  const pace = { fast: 0, slow: 0, private: 0 };
  const deps = { ...site, now: () => NOW + 60_000, token: () => "one", pace, limits: FREE };
  return {
    db: site.db,
    anObject: () => openPhases(deps, {} as Queue),
    compiled: () => site.db.prepare("SELECT compiled FROM site").first<string>("compiled"),
    stale: () =>
      site.db.prepare("SELECT count(*) AS n FROM page WHERE named > written").first<number>("n"),
    commit: () => site.db.prepare("SELECT commit_number AS n FROM site").first<number>("n"),
  };
}

async function nameAll(object: Phases): Promise<number> {
  for (let calls = 1; ; calls++) if (await object.nameSome()) return calls;
}

it("an object goes on where its last call has ended", async () => {
  const site = await openSite();
  const before = await site.commit();
  expect(await nameAll(site.anObject())).toBeGreaterThan(2);
  expect(await site.commit()).toBe((before ?? 0) + 1);
  expect(await site.compiled()).not.toMatch(/older|naming/);
  const pages = await site.db.prepare("SELECT count(*) AS n FROM page").first("n");
  expect(await site.stale()).toBe(pages);
});

it("one that remembers nothing begins again, and the site knows no end before its end", async () => {
  const site = await openSite();
  expect(await site.anObject().nameSome()).toBe(false);
  expect(await site.compiled()).toMatch(/^naming /);
  await nameAll(site.anObject());
  expect(await site.compiled()).not.toMatch(/older|naming/);
});

it("an object whose call fails begins again with the next one", async () => {
  const site = await openSite();
  const object = site.anObject();
  expect(await object.nameSome()).toBe(false);
  await site.db.prepare("ALTER TABLE community RENAME TO elsewhere").run();
  await site.db.prepare("ALTER TABLE page RENAME TO elsewhere_too").run();
  await expect(nameAll(object)).rejects.toThrow("no such table");
  await site.db.prepare("ALTER TABLE elsewhere RENAME TO community").run();
  await site.db.prepare("ALTER TABLE elsewhere_too RENAME TO page").run();
  await nameAll(object);
  expect(await site.compiled()).not.toMatch(/older|naming/);
});

it("asks once where nothing is to be named", async () => {
  const site = await openSite();
  const object = site.anObject();
  await nameAll(object);
  expect(await nameAll(object)).toBe(1);
});
