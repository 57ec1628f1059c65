/** Events as people would cause them, with the rare ones made common. */
import { type EventId, mintId, type PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import type { Random } from "./random.ts";

const PEOPLE = ["ann", "Bob", "cleo", "dan", "Eve"];
const LINKS = ["https://a.example/1", "http://www.a.example/1/", "https://b.example/?q=2"];

/** What has been sent so far, whether it has arrived or not. */
export interface Sent {
  readonly communities: string[];
  readonly posts: { readonly id: PostId; readonly by: string }[];
}

export function randomEvent(random: Random, sent: Sent, now: number): CairnEvent {
  const base = {
    version: 1 as const,
    id: mintId(now, random.next) as EventId,
    // Edges' clocks differ, and queues are slow: some events come late.
    at: now - (random.chance(0.2) ? random.int(3_600_000) : random.int(1000)),
    by: random.pick(PEOPLE),
  };
  const kind = random.next();
  if (sent.communities.length === 0 || kind < 0.04) return newCommunity(random, sent, base);
  if (sent.posts.length === 0 || kind < 0.35) return newPost(random, sent, base);
  const post = random.pick(sent.posts);
  if (kind < 0.45) {
    const by = random.chance(0.8) ? post.by : base.by;
    return { ...base, type: "post_deleted", by, post: post.id };
  }
  return { ...base, type: "post_voted", post: post.id, value: random.pick([-1, 0, 1, 1]) };
}

type Base = Pick<CairnEvent, "version" | "id" | "at" | "by">;

function newCommunity(random: Random, sent: Sent, base: Base): CairnEvent {
  const name = `Place${sent.communities.length}`;
  sent.communities.push(random.chance(0.5) ? name : name.toLowerCase());
  return { ...base, type: "community_created", name, title: name, description: "Heap." };
}

function newPost(random: Random, sent: Sent, base: Base): CairnEvent {
  const id = mintId(base.at, random.next) as PostId;
  sent.posts.push({ id, by: base.by });
  const isLink = random.chance(0.6);
  const url = random.chance(0.4) ? random.pick(LINKS) : `https://c.example/${id}`;
  return {
    ...base,
    type: "post_submitted",
    post: id,
    community: random.pick(sent.communities),
    title: `Stone ${id} <&>`,
    url: isLink ? url : null,
    text: isLink ? null : `*text* of ${id}`,
    resubmit: random.chance(0.1),
  };
}
