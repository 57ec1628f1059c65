/** A small site of handmade links: three communities, enough for second pages. */

export const COMMUNITIES = ["Programming", "Gardening", "Linux"] as const;

export interface Stone {
  readonly id: string;
  readonly title: string;
  readonly community: (typeof COMMUNITIES)[number];
  readonly path: string;
  readonly score: number;
}

const STONES = 80;
const FIRST_SECOND = 1_300_000_000;
const HOUR_SECONDS = 3600;

/** Of 16 neighbours 9 are in the first community, 5 in the second, 2 in the third. */
function communityOf(number: number): Stone["community"] {
  const place = number % 16;
  return COMMUNITIES[place < 9 ? 0 : place < 14 ? 1 : 2];
}

/** From the oldest to the newest, which also have the best scores: so every order is the same. */
export const stones: readonly Stone[] = Array.from({ length: STONES }, (_, index) => {
  const number = index + 1;
  const id = `stone${number}`;
  const community = communityOf(number);
  const path = `/r/${community.toLowerCase()}/comments/${id}/stone_number_${number}`;
  return { id, title: `Stone number ${number}`, community, path, score: number * 3 };
});

export function stonesOf(community: Stone["community"]): readonly Stone[] {
  return stones.filter((stone) => stone.community === community);
}

/** One from near the top of every listing of its community. */
export function newestOf(community: Stone["community"]): Stone {
  const newest = stonesOf(community).at(-1);
  if (!newest) throw new Error(`no stone in ${community}`);
  return newest;
}

export function csvOfStones(): string {
  const rows = stones.map(({ id, title, community, score }, index) => {
    const seconds = FIRST_SECOND + index * HOUR_SECONDS;
    return [id, title, community, seconds, "mason", urlOf(id), score].join(",");
  });
  return `${["id,title,subreddit,created_utc,author,url,score", ...rows].join("\n")}\n`;
}

export function urlOf(id: string): string {
  return `http://stones.example/${id}`;
}
