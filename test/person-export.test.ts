/** Everything a person wrote, as one file for them alone. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import type { CommentId, EventId } from "../src/model/ids.ts";
import { signSession } from "../src/model/session.ts";
import { createReader } from "../src/reader/app.ts";
import { anId, aSubmission } from "./makers.ts";
import { aMemorySite } from "./memory/site.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const NOW = Date.UTC(2026, 0, 2);
const SECRET = "a secret of the tests, long enough";
const reader = createReader(() => NOW);
const sent: string[] = [];
/** The headers of the last request to intake, and what becomes of a redirect. */
let asked: Record<string, string | undefined> = {};
/** What intake says to whoever asks for the file. */
let said = async (): Promise<Response> => new Response(null, { status: 303 });
let site: Awaited<ReturnType<typeof aMemorySite>>;

function base(by: string) {
  return { version: 1 as const, id: anId() as EventId, at: NOW, by };
}

async function ask(
  name: string,
  path = "/me/export",
  headers: Record<string, string> = {},
): Promise<Response> {
  const session = { name, epoch: 0, expires: NOW };
  const cookie = name === "" ? "" : `session=${await signSession(SECRET, session)}`;
  const env = {
    PAGES: site.pages,
    SITE: site.site,
    KEEP_MS: "0",
    SESSION_SECRET: SECRET,
    INTAKE: {
      fetch: async (request: Request, init: RequestInit) => {
        sent.push(`${request.method} ${new URL(request.url).pathname}`);
        asked = { ...Object.fromEntries(request.headers), redirect: init.redirect };
        return said();
      },
    },
  } as unknown as ReaderEnv;
  const url = `https://cairn.example${path}`;
  return reader.fetch(new Request(url, { headers: { cookie, ...headers } }), env);
}

const post = aSubmission({ by: "Ann", at: NOW, url: null, text: "a *text* of mine" });
const gone = aSubmission({ by: "Ann", at: NOW, title: "Taken down" });
const removed = aSubmission({ by: "Ann", at: NOW, url: null, text: "still mine" });
const [comment, below] = [anId() as CommentId, anId() as CommentId];

beforeAll(async () => {
  site = await aMemorySite(NOW);
  await site.send(aCommunity("programming"), post, gone, removed);
  const on = { post: post.post, parent: null };
  await site.send(
    { ...base("Ann"), type: "comment_posted", comment, ...on, text: "said by me" },
    { ...base("bob"), type: "comment_posted", comment: anId() as CommentId, ...on, text: "not I" },
    {
      ...{ ...base("Ann"), type: "comment_posted", comment: below, ...on },
      ...{ parent: comment, text: "and said again" },
    },
    {
      ...{ ...base("ann"), type: "post_judged", post: removed.post },
      ...{ verdict: "removed", reason: "" },
    },
    { ...base("Ann"), type: "post_deleted", post: gone.post },
  );
  await site.publish();
});

describe("/me/export", () => {
  it("asks for the file when there is none, and says that it is being prepared", async () => {
    const answer = await ask("Ann", "/me/export", { accept: "text/html,*/*;q=0.8" });
    const again = "1; url=/me/export?ready";
    expect([answer.status, answer.headers.get("refresh")]).toEqual([202, again]);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(sent).toEqual(["POST /api/export"]);
  });

  it("asks for it as its person, by a form of this site whose answer is not followed", async () => {
    await ask("Ann");
    expect(asked).toEqual({
      cookie: expect.stringMatching(/^session=Ann\./),
      origin: "https://cairn.example",
      "content-type": "application/x-www-form-urlencoded",
      redirect: "manual",
    });
  });

  it("says that to a script in JSON, and when to come again", async () => {
    const answer = await ask("Ann");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([202, "1"]);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(await answer.json()).toEqual({ message: "Being published" });
  });

  it("passes on why it cannot be asked for", async () => {
    const before = said;
    // As from another Worker: headers that cannot be changed.
    said = () => fetch("data:text/plain,Too%20fast");
    const answer = await ask("Ann");
    said = before;
    expect(await answer.text()).toBe("Too fast");
    expect(answer.headers.get("cache-control")).toBe("private, no-store");

    said = async () => new Response(null, { status: 429, headers: { "retry-after": "60" } });
    const refused = await ask("Ann");
    said = before;
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  });

  it.each(["cross-site", "same-site"])(
    "asks for nothing when led to %s: a form does",
    async (from) => {
      sent.length = 0;
      const led = await ask("Ann", "/me/export", { "sec-fetch-site": from });
      expect([led.status, led.headers.get("location")]).toEqual([303, "/api/export"]);
      expect(sent).toEqual([]);
      for (const own of ["same-origin", "none"]) {
        expect((await ask("Ann", "/me/export", { "sec-fetch-site": own })).status).toBe(202);
      }
      expect(sent).toHaveLength(2);
    },
  );

  it("is a file with all that they wrote and did not delete, and nothing of others", async () => {
    await site.send({ ...base("Ann"), type: "export_requested" });
    await site.publish();
    const answer = await ask("Ann");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    const file = (await answer.json()) as { name: string; written: object[] };
    expect(file.name).toBe("Ann");
    expect(file.written).toMatchObject([
      { name: `t3_${post.post}`, title: post.title, selftext: "a *text* of mine" },
      { name: `t3_${removed.post}`, selftext: "still mine" },
      { name: `t1_${comment}`, body: "said by me", parent_id: `t3_${post.post}` },
      { name: `t1_${below}`, body: "and said again", parent_id: `t1_${comment}` },
    ]);
  });

  it("is behind a link for who has waited: a page that looks again would go on doing so", async () => {
    const answer = await ask("Ann", "/me/export?ready");
    expect([answer.status, answer.headers.get("refresh")]).toEqual([200, null]);
    expect(answer.headers.get("content-disposition")).toBe(null);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(await answer.text()).toContain('<a href="/me/export">Download all you wrote</a>');
    expect((await ask("bob", "/me/export?ready")).status).toBe(202);
  });

  it("is not written anew for a vote on what is in it, nor for an inbox that is read", async () => {
    const named = () =>
      site.db.prepare("SELECT named FROM page WHERE key = '~ann/export'").first<number>("named");
    const before = await named();
    expect(before).toBeGreaterThan(0);
    await site.send({ ...base("bob"), type: "post_voted", post: post.post, value: 1 });
    await site.send({ ...base("bob"), type: "comment_voted", comment, value: 1 });
    await site.send({ ...base("Ann"), type: "inbox_read", slot: 1 });
    await site.publish();
    expect(await named()).toBe(before);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is kept up to date: edits, deletions, and the end of the account", async () => {
    const edit = { ...base("Ann"), type: "comment_edited", comment, text: "said better" } as const;
    await site.send(edit);
    await site.publish();
    expect(await (await ask("Ann")).text()).toContain("said better");
    expect(await siteDifferences(site)).toEqual([]);
    await site.send({ ...base("Ann"), type: "comment_deleted", comment });
    await site.publish();
    expect(await (await ask("Ann")).text()).not.toContain("said better");
    await site.send({ ...base("Ann"), type: "account_deleted", posts: "keep", epoch: 1 });
    await site.publish();
    expect((await ask("Ann")).status).toBe(303);
    expect(await site.text("~ann/export")).toBe("void");
  });

  it("is nobody else's", async () => {
    expect((await ask("")).headers.get("location")).toBe("/login");
    expect((await ask("bob")).status).toBe(202);
    expect((await ask("bob", "/~ann/export")).status).toBe(404);
  });
});
