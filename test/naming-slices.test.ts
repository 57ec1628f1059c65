/** All pages are named some thousands at a time: what happens between two slices. */
import { beforeEach, expect, it } from "vitest";
import { auditSome } from "../src/consumer/audit-some.ts";
import { nameInTurn } from "../src/consumer/name-all.ts";
import { publishLease } from "../src/consumer/publish-stale.ts";
import type { PostId } from "../src/model/ids.ts";
import { readCompiled } from "../src/store/compiled.ts";
import { anId } from "./makers.ts";
import { anEvent, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const post = anId() as PostId;
const KEY = `/comments/${post}`;
/** More than a slice, and before all others. */
const OTHERS = `INSERT INTO page (key, lane, named, written, due)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
  SELECT '!' || i, 'slow', 1, 1, 0 FROM n`;

let site: LiveSite;

beforeEach(async () => {
  site = await openLiveSite();
  const place = { title: "", description: "" };
  const aPost = {
    post,
    community: "heap",
    title: "A pebble",
    url: null,
    text: "",
    resubmit: false,
  };
  await site.send(
    anEvent({ ...place, type: "community_created", by: "founder", name: "heap" }),
    anEvent({ ...aPost, type: "post_submitted", by: "ann" }),
  );
  await site.publishAll();
  await site.db.prepare(OTHERS).run();
});

it("a publisher does not take the lost object of a page for the one that is noted", async () => {
  // Stale, although it will look the same.
  await site.db.prepare("UPDATE site SET commit_number = commit_number + 1").run();
  await site.db
    .prepare("UPDATE page SET named = (SELECT commit_number FROM site), due = 0 WHERE key = ?1")
    .bind(KEY)
    .run();
  await site.pages.delete(KEY);
  await site.db.prepare("UPDATE site SET compiled = ''").run();
  const naming = nameInTurn(site.deps);
  while ((await readCompiled(site.db)) === "") await naming.next();
  await publishLease(site.deps);
  while (!(await naming.next()).done);
  await site.publishAll();
  expect(await site.text(KEY)).toContain("A pebble");
  expect(await siteDifferences(site)).toEqual([]);
});

it("the audit looks at nothing: most pages are as the code before has written them", async () => {
  const deps = { ...site.deps, config: { ...site.deps.config, origin: "https://new.example" } };
  await nameInTurn(deps).next();
  expect(await auditSome(deps)).toEqual([]);
});
