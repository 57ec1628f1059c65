/**
 * Are the clock-driven listings what plain arithmetic over all posts makes of them? Knows nothing of
 * the code that it checks, but for the names of its tables.
 */
import type { D1Database } from "@cloudflare/workers-types";

const SECONDS = {
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
  rising: 43_200,
};

/** Posts of a listing. */
const TOP_DEPTH = 100;
const RISING_DEPTH = 25;

interface Row {
  readonly id: string;
  readonly community: string;
  readonly createdAt: number;
  readonly score: number;
}

/** Rising is ordered every two minutes; meanwhile it is what it was, unless that was in the future. */
export async function isRisingDue(db: D1Database, now: number): Promise<boolean> {
  const sql = "SELECT at FROM asof WHERE clock = 'rising'";
  const at = await db.prepare(sql).first<number>("at");
  return at === null || now - at >= 120 || at > now + 60;
}

/** What a clock has noted that is less than a minute ahead counts: windows are as of then. */
export async function isClockAhead(db: D1Database, now: number): Promise<boolean> {
  const sql = "SELECT max(at) AS at FROM asof";
  return ((await db.prepare(sql).first<number>("at")) ?? 0) > now;
}

/** @param now seconds since 1970, of the last tick, since which nothing has been applied */
export async function windowDifferences(
  db: D1Database,
  now: number,
  withRising: boolean,
): Promise<string[]> {
  const all = async <Found>(sql: string) => (await db.prepare(sql).all<Found>()).results;
  const posts = await all<Row>(
    `SELECT id, community, created_at AS createdAt, ups - downs AS score FROM post
     WHERE standing = 'visible'`,
  );
  const communities = await all<{ key: string }>("SELECT key FROM community");
  const lists = await all<{ listing: string; posts: string }>(
    "SELECT listing, posts FROM window_list",
  );
  const differences = (await all<{ scope: string }>("SELECT scope FROM window_dirty")).map(
    ({ scope }) => `${scope || "the site"} is still marked`,
  );
  const [sweep] = await all("SELECT 1 FROM site WHERE rising_after IS NOT NULL");
  if (sweep) differences.push("rising is not ordered everywhere");
  const expected = expectedLists(posts, ["", ...communities.map(({ key }) => key)], now);
  for (const [listing, ids] of expected) {
    if (listing.endsWith("/rising") && !withRising) continue;
    const own = lists.find((list) => list.listing === listing)?.posts ?? "[]";
    const stored = (JSON.parse(own) as string[]).join(" ");
    if (stored !== ids.join(" ")) {
      differences.push(`${listing} is ${stored}, not ${ids.join(" ")}`);
    }
  }
  const unknown = lists.filter(({ listing }) => !expected.has(listing));
  return [...differences, ...unknown.map(({ listing }) => `${listing} is no listing`)];
}

function expectedLists(
  posts: readonly Row[],
  communities: readonly string[],
  now: number,
): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const community of communities) {
    const prefix = community === "" ? "" : `/r/${community}`;
    const own = posts.filter((post) => community === "" || post.community === community);
    for (const [name, seconds] of Object.entries(SECONDS)) {
      const isRising = name === "rising";
      const value = ({ score, createdAt }: Row) =>
        isRising ? score / Math.max(now - createdAt, 3600) : score;
      const best = own
        .filter((post) => now - post.createdAt < seconds && (!isRising || post.score > 0))
        .sort((a, b) => value(b) - value(a) || b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
        .slice(0, isRising ? RISING_DEPTH : TOP_DEPTH);
      const listing = prefix + (isRising ? "/rising" : `/top/${name}`);
      lists.set(
        listing,
        best.map(({ id }) => id),
      );
    }
  }
  return lists;
}
