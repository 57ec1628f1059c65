/** Who left: what they sent before and arrives after it, after a call that failed or as a dead letter. */
import { beforeEach, describe, expect, it } from "vitest";
import { forgetDepartures } from "../src/consumer/finish-departures.ts";
import { FREE, PAID } from "../src/consumer/limits.ts";
import { openPhases } from "../src/consumer/phases.ts";
import { receiveEvents } from "../src/consumer/receive.ts";
import type { CommentId, PostId } from "../src/model/ids.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anId } from "./makers.ts";
import { anEvent, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { receivingOf } from "./receiving.ts";

const NAME = "Zaphodine";
const [TITLE, TEXT, SAID] = ["Heliotropes", "my address", "my number"];
const post = anId() as PostId;
const again = anId() as PostId;
const link = anId() as PostId;
const comment = anId() as CommentId;
const others = anId() as PostId;

let site: LiveSite;

beforeEach(async () => {
  site = await openLiveSite();
  const place = { name: "programming", title: "p", description: "" };
  await site.send(anEvent({ ...place, type: "community_created", by: "Fenchurch" }));
  for (const by of ["Fenchurch", "Marvin", NAME, "cleo", "Root"]) {
    await site.send(anEvent({ type: "person_registered", by }));
  }
  const submission = { type: "post_submitted", community: "programming", resubmit: false } as const;
  const url = "https://example.com/1";
  const said = { type: "comment_posted", by: NAME, comment, post: others, parent: null } as const;
  await site.send(
    anEvent({ ...submission, by: NAME, post, title: TITLE, url: null, text: TEXT }),
    anEvent({ ...submission, by: "cleo", post: others, title: "Others", url: null, text: "" }),
    anEvent({ ...submission, by: NAME, post: link, title: "A link", url, text: null }),
    anEvent({ ...submission, by: NAME, post: again, title: "The same", url, text: null }),
    anEvent({ ...said, text: SAID }),
    anEvent({ ...inPlace, ...named("Marvin"), type: "role_set", by: "Fenchurch" }),
  );
  await site.publishAll();
});

const inPlace = { community: "programming", reason: "" } as const;

function named(person: string) {
  return { person, kind: "moderator", isSet: true } as const;
}

function leaves(by: string): CairnEvent {
  return anEvent({ type: "account_deleted", by, epoch: 1, posts: "keep" });
}

function removal(by: string): CairnEvent {
  return anEvent({ type: "post_judged", by, post, verdict: "removed", reason: "why not" });
}

async function rows(): Promise<number> {
  return (await site.db.prepare("SELECT count(*) AS n FROM left_behind").first<number>("n")) ?? 0;
}

async function expectPublished(): Promise<void> {
  await site.publishUrgent();
  await site.publishAll();
  expect(await siteDifferences(site)).toEqual([]);
}

describe("what arrives with its author's departure", () => {
  it("is done, although the clock of another edge puts it after that", async () => {
    const deletion = anEvent({ type: "comment_deleted", by: NAME, comment });
    const edit = anEvent({ type: "post_edited", by: NAME, post, text: "nothing" });
    const departure = { ...leaves(NAME), at: Math.min(deletion.at, edit.at) - 1000 };
    expect(await site.send(departure, deletion, edit)).toEqual(["applied", "applied", "applied"]);
    await expectPublished();
    expect(await site.keysWith(SAID)).toEqual([]);
    expect(await site.keysWith(TEXT)).toEqual([]);
    expect(await site.keysWith(NAME)).toEqual([]);
  });

  it("is done also if all that they ever did arrives at once", async () => {
    const by = "Trillian";
    const own = anId() as PostId;
    const deletion = anEvent({ type: "post_deleted", by, post: own });
    const submission = anEvent({
      ...{ type: "post_submitted", community: "programming", resubmit: false, by, post: own },
      ...{ title: "Her address", url: null, text: "" },
    } as const);
    const [departed, submitted] = [deletion.at - 1000, deletion.at - 2000];
    await site.send({ ...submission, at: submitted }, { ...leaves(by), at: departed }, deletion);
    await expectPublished();
    expect(await site.keysWith("Her address")).toEqual([]);
  });
});

describe.each([
  ["right after its author left", async () => {}],
  ["when all they wrote is nobody's", () => site.publishUrgent()],
])("what arrives %s:", (_, pass) => {
  it("a deletion takes down what they had written", async () => {
    const deletions = [
      anEvent({ type: "post_deleted", by: NAME, post }),
      anEvent({ type: "comment_deleted", by: NAME, comment }),
    ];
    await site.send(leaves(NAME));
    await pass();
    expect(await site.send(...deletions)).toEqual(["applied", "applied"]);
    expect(await site.send(...deletions)).toEqual(["unchanged", "unchanged"]);
    await expectPublished();
    for (const gone of [TITLE, TEXT, SAID, NAME]) expect(await site.keysWith(gone)).toEqual([]);
  });

  it("so does one under the id of a repeated submission", async () => {
    const deletion = anEvent({ type: "post_deleted", by: NAME, post: again });
    await site.send(leaves(NAME));
    await pass();
    expect(await site.send(deletion)).toEqual(["applied"]);
    await expectPublished();
    expect(await site.text(`/comments/${link}`)).toMatch(/^410/);
  });

  it("another text replaces what they had written, and of two the newer one", async () => {
    const edit = (text: string) => [
      anEvent({ type: "post_edited", by: NAME, post, text }),
      anEvent({ type: "comment_edited", by: NAME, comment, text }),
    ];
    const [first, second] = [edit("less"), edit("nothing")];
    await site.send(leaves(NAME));
    await pass();
    expect(await site.send(...second)).toEqual(["applied", "applied"]);
    expect(await site.send(...first)).toEqual(["unchanged", "unchanged"]);
    await expectPublished();
    for (const gone of [TEXT, SAID, NAME]) expect(await site.keysWith(gone)).toEqual([]);
    expect(await site.text(`/comments/${post}`)).toContain("nothing");
  });

  it.each(["Marvin", "Fenchurch", "Root"])("a removal by %s, who could", async (by) => {
    const acts = [
      removal(by),
      anEvent({ type: "post_locked", by, post, isLocked: true, reason: "" }),
      anEvent({ type: "comment_judged", by, comment, verdict: "spam", reason: "" }),
    ];
    await site.send(leaves(by));
    await pass();
    expect(await site.send(...acts)).toEqual(["applied", "applied", "applied"]);
    expect(await site.send(...acts)).toEqual(["unchanged", "unchanged", "unchanged"]);
    await expectPublished();
    const shown = [...(await site.keysWith(TITLE)), ...(await site.keysWith(SAID))];
    expect(shown.filter((key) => !key.startsWith("~zaphodine/"))).toEqual([]);
    const log = await site.text("/r/programming/about/log");
    expect(log).toContain("why not");
    expect(log).toContain("[deleted]");
    expect(log).not.toContain(by);
  });

  it("a ban by who could, but not of who has left as well", async () => {
    const ban = (person: string) =>
      anEvent({ ...inPlace, type: "role_set", by: "Marvin", person, kind: "banned", isSet: true });
    const bans = [ban("cleo"), ban(NAME)];
    await site.send(leaves("Marvin"), leaves(NAME));
    await pass();
    expect(await site.send(...bans)).toEqual(["applied", "unchanged"]);
    await expectPublished();
    expect(await site.text("~cleo/inbox")).toContain("banned");
    for (const gone of ["Marvin", NAME]) expect(await site.keysWith(gone)).toEqual([]);
  });

  it("a community that they made is there for everybody else", async () => {
    const place = { name: "Towels", title: "Towels", description: "Bring yours" };
    const made = anEvent({ ...place, type: "community_created", by: NAME });
    const submission = anEvent({
      ...{ type: "post_submitted", community: "towels", resubmit: false, by: "cleo" },
      ...{ post: anId() as PostId, title: "Mine", url: null, text: "" },
    } as const);
    await site.send(leaves(NAME));
    await pass();
    expect(await site.send(made, submission)).toEqual(["applied", "applied"]);
    expect(await site.send(made)).toEqual(["unchanged"]);
    await expectPublished();
    expect(await site.text("/r/towels")).toContain("Bring yours");
    expect(await site.text("/r/towels")).toContain("Mine");
    expect(await site.keysWith(NAME)).toEqual([]);
  });

  it.each([[1], [2]])("who moderates what they made, in %i deliveries", async (deliveries) => {
    const made = { name: "Towels", title: "", description: "", by: NAME };
    const heir = { community: "towels", reason: "", by: NAME, ...named("cleo") };
    const sent = [
      anEvent({ ...made, type: "community_created" }),
      anEvent({ ...heir, type: "role_set" }),
    ];
    await site.send(leaves(NAME));
    await pass();
    const outcomes =
      deliveries === 1
        ? await site.send(...sent)
        : [...(await site.send(...sent.slice(0, 1))), ...(await site.send(...sent.slice(1)))];
    expect(outcomes).toEqual(["applied", "applied"]);
    expect(await site.send(...sent)).toEqual(["unchanged", "unchanged"]);
    await expectPublished();
    expect(await site.text("/r/towels/about/log")).toContain("cleo");
    expect(await site.keysWith(NAME)).toEqual([]);
  });

  it("nothing of what was not theirs to do, and nobody is told", async () => {
    const sent = [
      removal(NAME),
      removal("Marvin"),
      anEvent({ type: "post_deleted", by: NAME, post: others }),
      anEvent({ type: "post_edited", by: "Marvin", post, text: "" }),
      anEvent({ type: "post_deleted", by: "Marvin", post: anId() as PostId }),
    ];
    const unset = { ...inPlace, ...named("Marvin"), isSet: false };
    await site.send(anEvent({ ...unset, type: "role_set", by: "Fenchurch" }));
    await site.send(leaves(NAME), leaves("Marvin"));
    await pass();
    expect(await site.send(...sent)).toEqual(sent.map(() => "unchanged"));
    expect(await site.db.prepare("SELECT * FROM refusal").all()).toMatchObject({ results: [] });
    await expectPublished();
    expect(await site.text(`/comments/${others}`)).toContain("Others");
    expect(await site.text(`/comments/${post}`)).toContain(TEXT);
  });

  it("nothing that brings them back", async () => {
    const sent = [
      anEvent({ type: "post_voted", by: NAME, post: others, value: 1 }),
      anEvent({
        type: "comment_posted",
        by: NAME,
        comment: anId() as CommentId,
        post,
        ...{ parent: null, text: "hello" },
      }),
      anEvent({ type: "post_reported", by: NAME, post: others, reason: "rude" }),
    ];
    await site.send(leaves(NAME));
    await pass();
    expect(await site.send(...sent)).toEqual(["unchanged", "unchanged", "unchanged"]);
    await expectPublished();
    expect(await site.keysWith(NAME)).toEqual([]);
  });

  it("nothing that was sent afterwards", async () => {
    await site.send(leaves(NAME));
    await pass();
    const left = await site.db.prepare("SELECT min(at) AS at FROM left_behind").first<number>("at");
    const edit = (at: number) => ({
      ...anEvent({ type: "post_edited", by: NAME, post, text: "gone" }),
      at: (left ?? 0) + at,
    });
    // Clocks of edges differ by less than a minute.
    expect(await site.send(edit(60_001))).toEqual(["unchanged"]);
    expect(await site.send(edit(60_000))).toEqual(["applied"]);
  });
});

it("is gone, when the one call that failed is made again after its author left", async () => {
  let failing = 1;
  const db = {
    ...site.db,
    prepare: (sql: string) => site.db.prepare(sql),
    batch: (statements: never) =>
      failing-- > 0 ? Promise.reject(new Error("D1 is busy")) : site.db.batch(statements),
  } as unknown as LiveSite["db"];
  const deletion = anEvent({ type: "post_deleted", by: NAME, post });
  const fates: string[] = [];
  for (const body of [deletion, leaves(NAME), deletion]) {
    const fate = (what: string) => () => void fates.push(what);
    const message = {
      id: body.id,
      body,
      attempts: 1,
      timestamp: new Date(),
      ack: fate("ack"),
      retry: fate("retry"),
    };
    await receiveEvents([message], receivingOf({ ...site.deps, db }));
  }
  expect(fates).toEqual(["retry", "ack", "ack"]);
  await expectPublished();
  expect(await site.keysWith(TITLE)).toEqual([]);
});

describe("what somebody who left had a say in", () => {
  it("is asked for only when they have sent something", async () => {
    const asked: string[] = [];
    const db = {
      ...site.db,
      prepare: (sql: string) => {
        if (/left_behind/.test(sql)) asked.push(sql);
        return site.db.prepare(sql);
      },
    };
    const deps = { ...site.deps, db } as unknown as LiveSite["deps"];
    const deliver = (event: CairnEvent) =>
      receivingOf(deps).applyMessages([{ id: event.id, body: event, attempts: 1 }]);
    await deliver(removal("Marvin"));
    await deliver(anEvent({ type: "post_deleted", by: NAME, post }));
    expect(asked).toEqual([]);
    await deliver(leaves(NAME));
    const written = asked.length;
    await deliver(anEvent({ type: "comment_deleted", by: NAME, comment }));
    expect(asked.length).toBe(written + 1);
  });

  it.each([
    ["paid", PAID],
    ["free", FREE],
  ])("is forgotten by cron after thirty days, on the %s plan", async (_, limits) => {
    const days = (count: number) => site.deps.now() + count * 24 * 3_600_000;
    await site.send(leaves(NAME), leaves("Marvin"));
    await site.publishUrgent();
    const cron = (now: number) =>
      openPhases({ ...site.deps, limits, now: () => now }, {} as never).finishDepartures();
    await cron(days(29));
    expect(await rows()).toBe(6);
    await cron(days(31));
    expect(await rows()).toBe(0);
    expect(await site.send(anEvent({ type: "post_deleted", by: NAME, post }))).toEqual([
      "unchanged",
    ]);
  });

  it("is forgotten in parts, however much it is", async () => {
    await site.send(leaves(NAME));
    await site.db
      .prepare(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO left_behind SELECT 'zaphodine', 't3_' || i, 1 FROM n`)
      .run();
    const left: number[] = [];
    for (let minute = 0; minute < 3; minute++) {
      await forgetDepartures(site.deps);
      left.push(await rows());
    }
    expect(left).toEqual([1501, 501, 1]);
  });
});
