/**
 * Consumers, publishers and cron at the same time: every schedule of their calls, of the lapse of
 * leases, of crashes and of calls that fail, one of each kind. A part of them in `npm test`, all of
 * them in `npm run test:long` (of one play, 5,000 by chance). The calls of one invocation happen in
 * the order in which it makes them.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommentId, PersonKey } from "../src/model/ids.ts";
import { ownKey, threadKey } from "../src/pages/key.ts";
import type { CommentPosted } from "../src/queue/comment-events.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { IS_LONG } from "./faults/long.ts";
import type { Mishap } from "./faults/stage.ts";
import {
  aConsumer,
  aCron,
  anOldPublisher,
  aPublisher,
  aTimelessPublisher,
  aWholeCron,
  type Cast,
  Delivery,
  PAST_A_LEASE_MS,
  type Scene,
  Theatre,
} from "./faults/theatre.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { seededRandom } from "./rebuild/random.ts";

/** Without the time for all of them: some seconds' worth, by chance. */
const SCHEDULES = Number(process.env.CAIRN_SCHEDULES ?? 60);
/** Of a play with more than a night could hold. */
const MANY_SCHEDULES = 5000;
const SEED = Number(process.env.CAIRN_SEED ?? 1);
const LONG_MS = IS_LONG ? 7_200_000 : 60_000;
const BEGIN_MS = Date.UTC(2026, 0, 2);
const ANY_MISHAP: readonly Mishap[] = ["crash", "refuse", "lose"];

const community: CairnEvent = {
  ...aMoment("ann"),
  type: "community_created",
  name: "programming",
  title: "Programming",
  description: "",
};
const link = "https://example.com/a-link";
const post = aSubmission({ by: "ann" });
const other = aSubmission({ by: "cleo" });
const comment = aComment("dan", null);

/** Everybody has voted both ways, so that no vote makes a page that is not there yet. */
const before: readonly CairnEvent[] = [
  community,
  post,
  other,
  comment,
  ...["Bob", "dan", "Eve"].flatMap((by) => [
    aVote({ post: post.post, by }),
    aVote({ post: other.post, by, value: -1 }),
  ]),
];

function aMoment(by: string) {
  const { version, id, at } = aSubmission();
  return { version, id, at, by };
}

function aComment(by: string, parent: CommentId | null): CommentPosted {
  const id = anId() as CommentId;
  const where = { post: post.post, parent, text: `said ${id}` };
  return { ...aMoment(by), type: "comment_posted", comment: id, ...where };
}

const down = (by: string) => aVote({ post: post.post, by, value: -1 });
const deletion: CairnEvent = { ...aMoment("ann"), type: "post_deleted", post: post.post };
const twice = down("Bob");
const answer = aComment("Eve", comment.comment);

/** The page that everything in a play is about: in the fast lane, and every vote changes it. */
const thread = threadKey(post.post);
const published: Scene = { before, stale: [], due: [], jumps: [] };
const stale: Scene = {
  before,
  stale: [aVote({ post: post.post, by: "zoe" })],
  due: [thread],
  jumps: [],
};

/** A page that takes few reads, for plays with many actors: whoever voted has one. */
const overlay = ownKey("bob" as PersonKey, "/overlay");
const crowded: Scene = {
  before,
  stale: [aVote({ post: post.post, by: "Bob", value: 0 })],
  due: [overlay],
  jumps: [PAST_A_LEASE_MS],
};
/** Newer than what is stale. */
const later = down("Bob");

let total = 0;

/** @param most for a play that has too many: so many by chance in the long run */
async function everySchedule(
  scene: Scene,
  cast: (theatre: Theatre) => Cast,
  most: number | null = null,
): Promise<void> {
  const theatre = await Theatre.open(scene, BEGIN_MS);
  const limit = IS_LONG ? most : SCHEDULES;
  const sample = limit === null ? null : { schedules: limit, random: seededRandom(SEED) };
  const { schedules, cut } = await theatre.explore(cast, sample);
  total += schedules;
  const which = sample === null ? "all" : `seed ${SEED}:`;
  process.stdout.write(
    `${expect.getState().currentTestName}: ${which} ${schedules} (${cut} cut)\n`,
  );
}

const { error } = console;

beforeAll(() => {
  // What goes wrong here goes wrong on purpose, so often that a spy would remember too much.
  console.error = () => undefined;
});

afterAll(() => {
  console.error = error;
  process.stdout.write(`${total} schedules, 0 wrong\n`);
});

describe("two consumers, whatever the order of their calls and whichever fails", () => {
  it.each<[string, readonly [CairnEvent, CairnEvent]]>([
    ["two votes on one post", [down("Bob"), down("dan")]],
    ["two votes of one person", [down("Bob"), aVote({ post: post.post, by: "Bob", value: 0 })]],
    ["one event twice", [twice, twice]],
    ["a vote and the deletion of its post", [down("Bob"), deletion]],
    ["a comment and the deletion of its post", [aComment("Bob", null), deletion]],
    ["one link twice", [aSubmission({ url: link, by: "Bob" }), aSubmission({ url: link })]],
    ["a comment and its answer", [answer, aComment("dan", answer.comment)]],
  ])(
    "%s",
    async (_, events) => {
      await everySchedule(published, (theatre) => {
        const [first, second] = events.map((event) => new Delivery(event)) as [Delivery, Delivery];
        return {
          actors: [
            aConsumer(theatre, "one", [first], 1, ANY_MISHAP),
            aConsumer(theatre, "two", [second]),
          ],
          deliveries: [first, second],
        };
      });
    },
    LONG_MS,
  );
});

describe("publishers of one page", () => {
  it(
    "two, each of which may crash anywhere, while leases end at any moment",
    async () => {
      const scene = { ...stale, jumps: [PAST_A_LEASE_MS] };
      await everySchedule(scene, (theatre) => ({
        actors: [aPublisher(theatre, "one", 1, 1), aPublisher(theatre, "two", 1, 1)],
        deliveries: [],
      }));
    },
    LONG_MS,
  );

  it(
    "two, of which one is refused by D1 or R2, or loses an answer",
    async () => {
      const scene = { ...stale, jumps: [PAST_A_LEASE_MS] };
      await everySchedule(scene, (theatre) => ({
        actors: [aPublisher(theatre, "one", 1, 1, ANY_MISHAP), aPublisher(theatre, "two")],
        deliveries: [],
      }));
    },
    LONG_MS,
  );

  it(
    "one and a consumer, either of which may crash anywhere",
    async () => {
      const scene = { ...stale, jumps: [PAST_A_LEASE_MS] };
      await everySchedule(scene, (theatre) => {
        const deliveries = [new Delivery(twice)];
        const actors = [
          aConsumer(theatre, "consumer", deliveries, 1),
          aPublisher(theatre, "publisher", 1, 1),
        ];
        return { actors, deliveries };
      });
    },
    LONG_MS,
  );

  it(
    "a slow one, one that takes over, and a consumer",
    async () => {
      await everySchedule(crowded, (theatre) => {
        const deliveries = [new Delivery(later)];
        const actors = [
          aPublisher(theatre, "quick"),
          aConsumer(theatre, "consumer", deliveries),
          aPublisher(theatre, "slow"),
        ];
        return { actors, deliveries };
      });
    },
    LONG_MS,
  );

  it(
    "one whose clock stands still, one that takes over and comes again, and a consumer",
    async () => {
      await everySchedule({ ...crowded, isUnpaced: true }, (theatre) => {
        const deliveries = [new Delivery(later)];
        const actors = [
          aPublisher(theatre, "quick", 2),
          aConsumer(theatre, "consumer", deliveries),
          aTimelessPublisher(theatre, "timeless"),
        ];
        return { actors, deliveries };
      });
    },
    LONG_MS,
  );
});

describe("a deploy of code that renders other pages", () => {
  /** As small as a site can be: all its pages are written anew. */
  const bare: Scene = { before: [community], stale: [], due: [], jumps: [] };
  const newOrigin = "https://new.example";

  it(
    "leaves nothing of the old code's publisher",
    async () => {
      await everySchedule({ ...bare, stale: [post], newOrigin }, (theatre) => ({
        actors: [aCron(theatre, "cron", 1), anOldPublisher(theatre, "old")],
        deliveries: [],
      }));
    },
    LONG_MS,
  );

  it(
    "loses nothing of what a consumer commits meanwhile",
    async () => {
      await everySchedule({ ...stale, newOrigin }, (theatre) => {
        const deliveries = [new Delivery(twice)];
        const actors = [
          aCron(theatre, "cron"),
          aConsumer(theatre, "consumer", deliveries),
          aPublisher(theatre, "publisher"),
        ];
        return { actors, deliveries };
      });
    },
    LONG_MS,
  );
});

describe("cron", () => {
  /** Two posts get nearly the same score, so that the vote turns their order round. */
  const close = [
    ...["Bob", "dan"].map((by) => aVote({ post: other.post, by })),
    aVote({ post: post.post, by: "Eve", value: 0 }),
  ];
  /** Cron orders the lists of best posts, and the audit finds the page that the vote names. */
  const disordered: Scene = {
    before,
    stale: close,
    due: [],
    jumps: [],
    spoiled: overlay,
    isTicked: true,
  };
  const aLease = { ...disordered, jumps: [PAST_A_LEASE_MS] };

  it(
    "a consumer and a publisher, while the clock stands still",
    () =>
      everySchedule(disordered, (theatre) => {
        const deliveries = [new Delivery(later)];
        const actors = [
          aWholeCron(theatre, "cron"),
          aConsumer(theatre, "consumer", deliveries),
          aPublisher(theatre, "publisher"),
        ];
        return { actors, deliveries };
      }),
    LONG_MS,
  );

  it(
    "that may crash anywhere, and a consumer",
    () =>
      everySchedule(disordered, (theatre) => {
        const deliveries = [new Delivery(later)];
        const actors = [
          aWholeCron(theatre, "cron", 1, ANY_MISHAP),
          aConsumer(theatre, "consumer", deliveries),
        ];
        return { actors, deliveries };
      }),
    LONG_MS,
  );

  it(
    "and a publisher, while leases end at any moment",
    () =>
      everySchedule(aLease, (theatre) => ({
        actors: [aWholeCron(theatre, "cron"), aPublisher(theatre, "publisher", 2)],
        deliveries: [],
      })),
    LONG_MS,
  );

  it(
    "a consumer and a publisher, each of which may fail, while leases end at any moment",
    () =>
      everySchedule(
        aLease,
        (theatre) => {
          const deliveries = [new Delivery(later)];
          const actors = [
            aWholeCron(theatre, "cron", 1, ANY_MISHAP),
            aConsumer(theatre, "consumer", deliveries, 1, ANY_MISHAP),
            aPublisher(theatre, "publisher", 2, 1, ANY_MISHAP),
          ];
          return { actors, deliveries };
        },
        MANY_SCHEDULES,
      ),
    LONG_MS,
  );
});
