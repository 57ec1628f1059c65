/** How long a vote takes until readers see it, through a real server. */
import { setTimeout as pause } from "node:timers/promises";
import { median, type Table } from "./table.ts";
import type { Sources } from "./writes.ts";

const VOTES = 15;
/** So that no page waits for its lane: the fast one is a second long. */
const PAUSE_MS = 1500;
const POLL_MS = 5;
const GIVE_UP_MS = 10_000;

interface Thing {
  readonly name: string;
  readonly score: number;
  readonly permalink: string;
  readonly subreddit: string;
}

/** @param origin where the site answers, with the rate limits off */
export async function benchVisible(origin: string, { now, random }: Sources): Promise<Table> {
  const session = await register(origin, random);
  const times: Record<"front page" | "community" | "thread", number[]> = {
    "front page": [],
    community: [],
    thread: [],
  };
  const things = (await listing(origin, "/")).slice(0, VOTES);
  for (const thing of things) {
    const began = now();
    await vote(origin, session, thing);
    const elapsed = async (path: string) => {
      await until(async () => (await scoreIn(origin, path, thing.name)) !== thing.score, now);
      return now() - began;
    };
    const [front, community, thread] = await Promise.all([
      elapsed("/"),
      elapsed(`/r/${thing.subreddit.toLowerCase()}`),
      elapsed(thing.permalink),
    ]);
    times["front page"].push(front);
    times.community.push(community);
    times.thread.push(thread);
    await pause(PAUSE_MS);
  }
  return {
    title: `From posting a vote to seeing it, nothing else going on (${things.length} votes)`,
    columns: ["", "median", "slowest"],
    rows: Object.entries(times).map(([page, elapsed]) => [
      page,
      `${median(elapsed)} ms`,
      `${Math.max(...elapsed)} ms`,
    ]),
  };
}

async function register(origin: string, random: () => number): Promise<string> {
  const user = `bench_${Math.floor(random() * 1e9).toString(36)}`;
  const response = await send(origin, "/api/register", { user, passwd: `${user} password` });
  const cookie = response.headers.getSetCookie().find((each) => each.startsWith("session="));
  if (!cookie) throw new Error(`registering ${user} gave ${response.status}`);
  return cookie.split(";")[0] ?? "";
}

function send(origin: string, path: string, fields: Record<string, string>, cookie = "") {
  return fetch(origin + path, {
    method: "POST",
    headers: { Accept: "application/json", Cookie: cookie },
    body: new URLSearchParams(fields),
  });
}

async function vote(origin: string, session: string, { name }: Thing): Promise<void> {
  const response = await send(origin, "/api/vote", { id: name, dir: "1" }, session);
  if (response.status !== 202) throw new Error(`a vote was answered with ${response.status}`);
}

async function listing(origin: string, path: string): Promise<Thing[]> {
  const body = await (await fetch(`${origin}${path}.json`)).json();
  const list = (Array.isArray(body) ? body[0] : body) as {
    data: { children: { data: Thing }[] };
  };
  return list.data.children.map(({ data }) => data);
}

async function scoreIn(origin: string, path: string, name: string): Promise<number | undefined> {
  return (await listing(origin, path)).find((thing) => thing.name === name)?.score;
}

async function until(isTrue: () => Promise<boolean>, now: () => number): Promise<void> {
  const deadline = now() + GIVE_UP_MS;
  while (!(await isTrue())) {
    if (now() > deadline) throw new Error("a vote did not show in ten seconds");
    await pause(POLL_MS);
  }
}
