/** The audit of every run of cron: what differs from its rows is written again, and counted. */
import { describe, expect, it } from "vitest";
import { auditSome } from "../src/consumer/audit-some.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { encodePage } from "../src/pages/encode.ts";
import { putDeployPage, putPage, readVersion } from "../src/pages/storage.ts";
import { aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 0, slow: 0, private: 0 };
const FORGED = { type: "page", status: 200, path: null } as const;

async function aSite() {
  let now = Date.UTC(2026, 0, 2);
  let tokens = 0;
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: [] },
  };
  const deps = { ...stored, pace: PACE, now: () => now, token: () => `publisher-${tokens++}` };
  const publish = async () => {
    now += 2000;
    while ((await publishStale(deps)).written > 0) now += 2000;
  };
  const post = aSubmission();
  await nameAllPages(deps);
  await consumeEvents(stored.db, [aCommunity("programming"), post], now, PACE);
  await publish();
  const pages = await stored.db.prepare("SELECT count(*) AS n FROM page").first<number>("n");
  /** One way round all pages. */
  const audit = async () => {
    const found: string[] = [];
    for (let looked = 0; looked < (pages ?? 0); looked += 5) found.push(...(await auditSome(deps)));
    return found;
  };
  return { ...stored, deps, publish, audit, post, now: () => now };
}

type AuditedSite = Awaited<ReturnType<typeof aSite>>;

async function forge({ pages, site }: AuditedSite, key: string): Promise<void> {
  const page = encodePage({ ...FORGED, representations: [{ type: "html", body: "forged" }] });
  if (key === "/about") return putDeployPage(site, key, page, 1);
  const version = await readVersion(pages, key);
  if (!(await putPage(pages, key, page, version?.commit ?? 0, version))) throw new Error(key);
}

async function counted({ db }: AuditedSite) {
  return db
    .prepare("SELECT audited, healed FROM site")
    .first<{ audited: number; healed: number }>();
}

describe("the audit of every run of cron", () => {
  it("finds nothing on a site that nobody tampered with", async () => {
    const site = await aSite();
    expect(await site.audit()).toEqual([]);
    expect(await counted(site)).toMatchObject({ healed: 0 });
    expect((await counted(site))?.audited).toBeGreaterThan(20);
  });

  it.each(["/", "/comments", "/r/programming", "/about"])(
    "heals %s, within one way round all pages, and counts it",
    async (key) => {
      const site = await aSite();
      await forge(site, key);
      expect(await site.audit()).toEqual([key]);
      await site.publish();
      expect(await siteDifferences(site)).toEqual([]);
      expect(await site.audit()).toEqual([]);
      expect(await counted(site)).toMatchObject({ healed: 1 });
    },
  );

  it("heals a body that its own metadata call right", async () => {
    const site = await aSite();
    const object = await site.pages.get("/");
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer());
    bytes.fill(0, 40, 60);
    await site.pages.put("/", bytes, {
      customMetadata: object?.customMetadata ?? {},
      onlyIf: { etagMatches: object?.etag ?? "" },
    });
    expect(await site.audit()).toEqual(["/"]);
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("writes over what somebody else has put under a page's key", async () => {
    const site = await aSite();
    const { etag = "" } = (await site.pages.head("/")) ?? {};
    const foreign = new TextEncoder().encode("hello");
    await site.pages.put("/", foreign, { customMetadata: {}, onlyIf: { etagMatches: etag } });
    expect(await site.audit()).toEqual(["/"]);
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("puts back a page whose object is missing", async () => {
    const site = await aSite();
    await site.pages.delete("/comments");
    expect(await site.audit()).toEqual(["/comments"]);
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("leaves alone what is stale: its publisher comes anyway", async () => {
    const site = await aSite();
    const vote = aVote({ post: site.post.post });
    await consumeEvents(site.db, [vote], site.now(), { ...PACE, fast: 60_000, slow: 60_000 });
    expect(await site.audit()).toEqual([]);
  });
});
