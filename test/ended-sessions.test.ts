/** Sessions that their person has ended open nothing any more, whatever becomes of the person since. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import type { CommentId, PostId } from "../src/model/ids.ts";
import { SESSION_COOKIE, signSession } from "../src/model/session.ts";
import { createReader } from "../src/reader/app.ts";
import { anId } from "./makers.ts";
import { anEvent, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const SECRET = "a secret of the tests, long enough";
const NOW = Date.UTC(2026, 0, 1, 3);
const PATHS = [
  ..."/me /me.json /me/inbox /me/inbox.json /me/inbox/1 /me/unread.json /me/overlay.json".split(
    " ",
  ),
  ..."/me/liked /me/disliked /me/saved /me/hidden /me/written /me/written.json".split(" "),
  ..."/me/export /me/nothing /r/heap/about/reports /-/status".split(" "),
];

let site: LiveSite;
const post = anId() as PostId;
const comment = anId() as CommentId;

beforeEach(async () => {
  site = await openLiveSite();
  const heap = { name: "heap", title: "", description: "" };
  await site.send(
    anEvent({ type: "community_created", by: "Ann", ...heap }),
    anEvent({
      type: "post_submitted",
      by: "Ann",
      post,
      community: "heap",
      title: "A stone",
      url: null,
      text: "",
      resubmit: false,
    }),
  );
  await site.send(
    anEvent({ type: "comment_posted", by: "Cat", post, comment, parent: null, text: "Hello." }),
  );
  await site.publishAll();
});

/** What each private address answers to a session, by status and `Location`. */
async function answers(name: string, epoch: number): Promise<Set<string>> {
  const token = await signSession(SECRET, { name, epoch, expires: NOW / 1000 + 60 });
  const env = {
    PAGES: site.pages,
    SITE: site.site,
    KEEP_MS: "0",
    SESSION_SECRET: SECRET,
    INTAKE: { fetch: async () => new Response(null, { status: 503 }) },
  } as unknown as ReaderEnv;
  const reader = createReader(() => NOW);
  const headers = { cookie: `${SESSION_COOKIE}=${token}` };
  const asked = PATHS.flatMap((path) =>
    ["GET", "HEAD"].map(async (method) => {
      const request = new Request(`https://cairn.example${path}`, { method, headers });
      const { status, headers: answered } = await reader.fetch(request, env);
      return `${status} ${answered.get("location") ?? ""}`;
    }),
  );
  return new Set(await Promise.all(asked));
}

const LOGIN = new Set(["303 /login"]);

describe("a new password", () => {
  it("ends the others, and goes on ending them when the inbox is written anew, or emptied", async () => {
    expect(await answers("Ann", 0)).toContain("200 ");
    await site.send(anEvent({ type: "sessions_ended", by: "Ann", epoch: 1 }));
    await site.publishAll();
    expect(await answers("Ann", 0)).toEqual(LOGIN);
    expect(await answers("ANN", 1)).toContain("200 ");
    await site.send(anEvent({ type: "comment_deleted", by: "Cat", comment }));
    await site.publishAll();
    expect(await answers("Ann", 0)).toEqual(LOGIN);
    expect(await answers("Ann", 1)).toContain("200 ");
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("deleting an account", () => {
  it.each(["Ann", "Dan"])(
    "ends all sessions of %s, who had something of their own or nothing",
    async (by) => {
      expect(await answers(by, 1)).toContain("200 ");
      await site.send(anEvent({ type: "account_deleted", by, posts: "delete", epoch: 2 }));
      await site.publishUrgent();
      for (const epoch of [0, 1]) expect(await answers(by, epoch)).toEqual(LOGIN);
      await site.publishAll();
      for (const epoch of [0, 1]) expect(await answers(by, epoch)).toEqual(LOGIN);
      expect(await siteDifferences(site)).toEqual([]);
    },
  );
});
