/** What ordering a window reads on the real D1, which counts rows. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { communityKey } from "../../src/model/ids.ts";
import { WINDOW_SECONDS, type Window } from "../../src/model/window.ts";
import { readBest } from "../../src/store/best-of-window.ts";

const POSTS = 200_000;
/** Seconds since 1970; all posts are from the year before. */
const NEWEST = 1_767_225_600;

beforeAll(async () => {
  await env.DB.prepare("INSERT INTO community VALUES ('big', 'big', 'Big', '', '', 0)").run();
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${POSTS})
     INSERT INTO post (id, community, author, title, created_at, ups, downs, standing, score, hot, data)
     SELECT 'id' || n, 'big', 'ann', 'Stone', ${NEWEST} - n * 150, 0, 0, 'visible', n * 7919 % 5000, 0,
       '{}' FROM numbers`,
  ).run();
}, 60_000);

/** The rows that ordering one window reads, by D1's own account. */
async function rowsRead(window: Window, scope: string | null, at: number): Promise<number> {
  let rows = 0;
  const counting = {
    prepare: (sql: string) => env.DB.prepare(sql),
    async batch(statements: Parameters<typeof env.DB.batch>[0]) {
      const answers = await env.DB.batch(statements);
      for (const { meta } of answers) rows += meta.rows_read;
      return answers;
    },
  } as unknown as typeof env.DB;
  const after = at - WINDOW_SECONDS[window];
  const request = { window, at, after, scope: scope === null ? null : communityKey(scope) };
  const [ids] = await readBest(counting, [request]);
  const young = Math.max(0, Math.ceil((NEWEST - after) / 150) - 1);
  expect(ids).toHaveLength(Math.min(100, young));
  return rows;
}

describe("ordering a window of 200,000 posts", () => {
  it.each([
    ["hour", null, NEWEST + 7200, 10],
    ["hour", "big", NEWEST + 7200, 10],
    ["hour", "big", NEWEST, 100],
    ["day", null, NEWEST, 2000],
    ["month", "big", NEWEST, 3000],
    ["year", null, NEWEST, 1200],
    ["year", "big", NEWEST, 1200],
  ] as const)(
    "of the %s in %s, as of %d, reads at most %d rows",
    async (window, scope, at, most) => {
      expect(await rowsRead(window, scope, at)).toBeLessThanOrEqual(most);
    },
  );
});
