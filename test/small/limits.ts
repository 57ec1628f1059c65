/**
 * The same code with limits so small that a few events reach what else takes thousands: third pages,
 * the ends of listings, threads in pieces, what is done in slices. Vite puts them in place of the
 * numbers that the files say.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vitest/config";

const ROOT = join(import.meta.dirname, "../..");

export const SMALL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "src/consumer/finish-departures.ts": { THINGS_A_SLICE: 2 },
  "src/consumer/name-all.ts": { PAGES_A_NAMING: 30 },
  "src/consumer/ranked-heads.ts": { SLACK: 3, MAX_KEYS: 40 },
  "src/consumer/settle-tallies.ts": { POSTS_A_COMMIT: 2 },
  "src/consumer/tick.ts": { SCOPES_A_COMMIT: 3, SWEPT_A_COMMIT: 2 },
  "src/model/link-group.ts": { MAX_LINK_GROUP: 4 },
  "src/model/piece.ts": {
    MAX_PIECE_COMMENTS: 6,
    MAX_PIECE_DEPTH: 3,
    MAX_PIECE_BYTES: 6000,
    MAX_EDITED_CHARS: 9000,
  },
  "src/model/tally.ts": { MANY: 3 },
  // Four pages, and one: as with the true ones.
  "src/model/window.ts": { TOP_DEPTH: 12, RISING_DEPTH: 3 },
  "test/rebuild/window-check.ts": { TOP_DEPTH: 12, RISING_DEPTH: 3 },
  "src/pages/communities.ts": { COMMUNITIES_A_PAGE: 3 },
  "src/pages/key.ts": { PAGE_SIZE: 3, MAX_RANKED_PAGES: 5 },
  "src/pages/mine.ts": { VOTES_A_BLOCK: 4 },
  "src/pages/overlay.ts": { MAX_THINGS: 6, MAX_UNREAD: 4 },
  "src/pages/person-export.ts": { CHUNK: 4 },
  "src/pages/queue.ts": { MAX_THINGS: 4, MAX_REASONS: 2, MAX_REMOVALS: 3, MAX_BANNED: 2 },
  "src/pages/sitemap.ts": { BLOCK_SIZE: 5, BLOCKS_A_QUERY: 2 },
  "src/pages/thread.ts": { MAX_FEED_COMMENTS: 4 },
  "src/pages/together.ts": { RANKED_TOGETHER: 2 },
  "src/store/best-of-window.ts": { FEW_POSTS: 5, MAX_WALK: 8 },
  "src/store/compiled.ts": { ROWS_A_NAMING: 30 },
  "src/store/facts.ts": { READ_ROWS: 7 },
  "src/store/moved.ts": { COMMITS_KEPT: 5 },
  "src/store/page-rows.ts": { MAX_PAGES: 7 },
  "src/store/posts.ts": { WALK_ROWS: 7 },
  "src/store/ranked.ts": { MAX_GAP: 2 },
  "src/store/statements.ts": { MAX_JSON_LENGTH: 700 },
};

/** @throws when one of the constants is no number any more, or has another name */
export function shrunk(file: string, code: string): string {
  return Object.entries(SMALL[file] ?? {}).reduce((smaller, [name, value]) => {
    const definition = new RegExp(`(?<=^(?:export )?const ${name} = )[0-9_]+(?=;$)`, "m");
    if (!definition.test(smaller)) throw new Error(`${file} has no number called ${name}`);
    return smaller.replace(definition, String(value));
  }, code);
}

export function readShrunk(file: string): string {
  return shrunk(file, readFileSync(join(ROOT, file), "utf8"));
}

export function smallLimits(): Plugin {
  const byPath = new Map(Object.keys(SMALL).map((file) => [join(ROOT, file), file]));
  return {
    name: "small-limits",
    enforce: "pre",
    transform(code, id) {
      const file = byPath.get(id);
      return file === undefined ? null : { code: shrunk(file, code), map: null };
    },
  };
}
