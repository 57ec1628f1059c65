/**
 * Many events at once about one thing, one place or one person: what is counted fills up, and what has
 * several pages gets them, and loses them, as it hardly does where everybody does something else.
 */
import { type CommentId, type EventId, mintId, type PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import type { Random } from "./random.ts";
import { someBase } from "./random-events.ts";
import { type Base, LEAVING, MARKS, PEOPLE, type Sent } from "./sent.ts";

/** Who votes, and does little else. */
const CROWD = [...PEOPLE, ...Array.from({ length: 12 }, (_, index) => `Voter_${index}`)];
const MOST = 12;
const HOUR_MS = 3_600_000;

/** Where many links lead, all of which may go at once. */
const MANY_LINKS = "https://many.example";

/** One after the other; of the same moment, an hour's first, or a moment apart. */
type NextBase = () => Base;

type Burst = (random: Random, sent: Sent, next: NextBase) => CairnEvent[];

/** Does mostly the same few things, and mostly one of it does them: so listings grow long. */
export class Crowd {
  readonly #random: Random;
  readonly #habits: readonly Burst[];
  readonly #busiest: string;

  constructor(random: Random) {
    this.#random = random;
    this.#habits = random.shuffle(BURSTS).slice(0, 3);
    this.#busiest = random.pick(PEOPLE);
  }

  /** Where something has been posted. */
  burst(sent: Sent, now: number): CairnEvent[] {
    const random = this.#random;
    const burst = random.pick(random.chance(0.6) ? this.#habits : BURSTS);
    const base = someBase(random, now);
    const first = random.chance(0.5) ? { ...base, by: this.#busiest } : base;
    let at = random.chance(0.2) ? Math.floor(now / HOUR_MS) * HOUR_MS : first.at;
    const step = random.pick([0, 0, 1, 1000]);
    return burst(random, sent, () => {
      at += step;
      return { ...first, at, id: mintId(now, random.next) as EventId };
    });
  }
}

function some<Item>(random: Random, make: () => Item): Item[] {
  return Array.from({ length: 2 + random.int(MOST) }, make);
}

const crowdVotes: Burst = (random, sent, next) => {
  const thing = aThing(random, sent);
  const values = random.pick([[1], [-1], [1, -1], [-1, 0, 1]] as const);
  // The same people again: their votes are turned in the same batch.
  return some(random, () => voted(thing, { ...next(), by: random.pick(CROWD) }, random, values));
};

const votesOfOne: Burst = (random, sent, next) => {
  const values = random.pick([[1], [-1], [-1, 0, 1]] as const);
  return different(random, sent).map((thing) => voted(thing, next(), random, values));
};

const marksOfOne: Burst = (random, sent, next) => {
  const kind = random.pick(["saved", "hidden"] as const);
  const isSet = random.chance(0.7);
  return different(random, sent).map(({ post, comment }) => {
    const mark = { ...next(), kind, isSet };
    return comment === null
      ? { ...mark, type: "post_marked", post }
      : { ...mark, type: "comment_marked", comment };
  });
};

/** Some of one link, which is a group of its own; some of what is none. */
const postsOfOne: Burst = (random, sent, next) => {
  const community = random.pick(sent.communities);
  const isLink = random.chance(0.5);
  const host = random.pick([MANY_LINKS, MANY_LINKS, "https://a.example", "no address"]);
  return some(random, () => {
    const base = next();
    const post = mintId(base.at, random.next) as PostId;
    const content = isLink
      ? { url: `${host}/${random.int(2)}`, text: null }
      : { url: null, text: `of ${MARKS.text}${post}`.padEnd(aLength(random)) };
    sent.posts.push({ id: post, by: base.by, url: content.url });
    const title = `Stone ${MARKS.title}${post} <&>`;
    return { ...base, type: "post_submitted", post, community, title, ...content, resubmit: true };
  });
};

/** Side by side, or each below the last one. */
const commentsOfOne: Burst = (random, sent, next) => {
  const { post, comment } = aThing(random, sent);
  const isChain = random.chance(0.5);
  let parent = comment;
  return some(random, () => {
    const base = next();
    const id = mintId(base.at, random.next) as CommentId;
    sent.comments.push({ id, post, by: base.by });
    const text = `**said** ${MARKS.text}${id}`.padEnd(aLength(random));
    const said = { ...base, type: "comment_posted", comment: id, post, parent, text } as const;
    if (isChain) parent = id;
    return said;
  });
};

/** What came last goes first: the last one of a page. */
const deletions: Burst = (random, sent, next) => {
  const count = 2 + random.int(MOST);
  if (random.chance(0.5)) {
    return sent.posts.slice(-count).map(({ id: post, by }) => {
      return { ...next(), by, type: "post_deleted", post };
    });
  }
  return sent.comments.slice(-count).map(({ id: comment, by }) => {
    return { ...next(), by, type: "comment_deleted", comment };
  });
};

/** Some grow until there is no room for them. */
const edits: Burst = (random, sent, next) => {
  const count = 2 + random.int(MOST);
  const length = aLength(random);
  const textOf = ({ id }: Base) => `now ${MARKS.edit}${id}`.padEnd(length);
  if (random.chance(0.3)) {
    return sent.posts.slice(-count).map(({ id: post, by }) => {
      const base = next();
      return { ...base, by, type: "post_edited", post, text: textOf(base) };
    });
  }
  return sent.comments.slice(-count).map(({ id: comment, by }) => {
    const base = next();
    return { ...base, by, type: "comment_edited", comment, text: textOf(base) };
  });
};

const verdicts: Burst = (random, sent, next) => {
  const verdict = random.pick(["approved", "removed", "spam"] as const);
  return some(random, () => {
    const { post, comment } = aThing(random, sent);
    const act = { ...next(), by: "Bob", verdict, reason: "" };
    return comment === null
      ? { ...act, type: "post_judged", post }
      : { ...act, type: "comment_judged", comment };
  });
};

/** Nothing of a place that links lead to is left; or all of it is there again. */
const verdictsOnLinks: Burst = (random, sent, next) => {
  const verdict = random.pick(["approved", "removed", "spam"] as const);
  const posts = sent.posts.filter(({ url }) => url?.startsWith(MANY_LINKS));
  return posts.map(({ id: post }) => {
    return { ...next(), by: "Bob", type: "post_judged", post, verdict, reason: "" };
  });
};

const reports: Burst = (random, sent, next) => {
  const one = random.chance(0.5) ? aThing(random, sent) : null;
  return some(random, () => {
    const { post, comment } = one ?? aThing(random, sent);
    const base = { ...next(), by: random.pick(CROWD) };
    const reason = MARKS.report + base.id;
    return comment === null
      ? { ...base, type: "post_reported", post, reason }
      : { ...base, type: "comment_reported", comment, reason };
  });
};

const roles: Burst = (random, sent, next) => {
  const community = random.pick(sent.communities);
  const kind = random.pick(["moderator", "banned"] as const);
  const isSet = random.chance(0.7);
  return some(random, () => {
    const person = random.pick(CROWD);
    const act = { ...next(), by: "Bob", community, person, kind, isSet, reason: "" };
    return { ...act, type: "role_set" };
  });
};

/** Whoever leaves was busy until then, and goes on for a moment. */
const busyDeparture: Burst = (random, sent, next) => {
  const by = random.pick(LEAVING);
  const own = () => ({ ...next(), by });
  const before = random.pick([postsOfOne, commentsOfOne, votesOfOne, marksOfOne]);
  const after = random.pick([commentsOfOne, votesOfOne, deletions]);
  const posts = random.pick(["keep", "delete"] as const);
  return [
    ...before(random, sent, own),
    { ...own(), type: "account_deleted", epoch: 9, posts },
    ...after(random, sent, own),
  ];
};

/** The first sign of somebody says how they are called, and may come late. */
const registrations: Burst = (random, _, next) =>
  some(random, () => {
    const by = random.pick([...CROWD, "ANN", "eve", "Dan", "CLEO"]);
    const base = next();
    return {
      ...base,
      at: base.at - random.pick([0, 40_000_000_000]),
      by,
      type: "person_registered",
    };
  });

const communities: Burst = (random, sent, next) =>
  some(random, () => {
    const name = `Place${sent.communities.length}`;
    sent.communities.push(name);
    const base = { ...next(), type: "community_created", name, title: name } as const;
    return { ...base, description: "Heap." };
  });

const BURSTS: readonly Burst[] = [
  ...[crowdVotes, crowdVotes, votesOfOne, votesOfOne, marksOfOne, postsOfOne, postsOfOne],
  ...[commentsOfOne, commentsOfOne, deletions, edits, verdicts, verdictsOnLinks, reports, roles],
  ...[busyDeparture, registrations, communities],
];

interface Thing {
  readonly post: PostId;
  /** Null for the post itself. */
  readonly comment: CommentId | null;
}

/** Mostly what is new, or was the first: there the crowd meets. */
function aThing(random: Random, sent: Sent): Thing {
  const [from, to] = random.pick([[-3], [0, 2], [0]] as const);
  if (sent.comments.length === 0 || random.chance(0.5)) {
    return { post: random.pick(sent.posts.slice(from, to)).id, comment: null };
  }
  const { id, post } = random.pick(sent.comments.slice(from, to));
  return { post, comment: id };
}

function different(random: Random, sent: Sent): Thing[] {
  const posts = sent.posts.map(({ id }) => ({ post: id, comment: null }));
  const comments = sent.comments.map(({ id, post }) => ({ post, comment: id }));
  const things = random.shuffle(random.chance(0.7) ? posts : [...posts, ...comments]);
  return things.slice(0, 2 + random.int(MOST));
}

function voted(
  { post, comment }: Thing,
  base: Base,
  random: Random,
  values: readonly (-1 | 0 | 1)[],
): CairnEvent {
  const value = random.pick(values);
  return comment === null
    ? { ...base, type: "post_voted", post, value }
    : { ...base, type: "comment_voted", comment, value };
}

/** Nothing is to be seen of white space. Characters: some fill what holds a text. */
function aLength(random: Random): number {
  return random.chance(0.8) ? 0 : random.pick([400, 1600, 3100]);
}
