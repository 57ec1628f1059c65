/**
 * Pages that the same writes change are stored together, as one object: what is written once is paid
 * for once. Which these are, for whoever stores them and whoever reads them. Pure.
 */
import { TOP_WINDOWS } from "../model/window.ts";
import { MAX_RANKED_PAGES } from "./key.ts";

/** How the path of a page goes on that is stored under another page's key. */
export type Part = `/${string}`;

interface Together {
  /** What their paths begin with, as a pattern. */
  readonly beginning: string;
  /** How the path goes on that is the key of all of them; it has a page wherever one of the parts has. */
  readonly main: Part | "";
  readonly parts: readonly Part[];
}

const SITE_OR_COMMUNITY = "(?:/r/[^/]+)?";
const RANKED = `${SITE_OR_COMMUNITY}/(?:hot|top/all|controversial)`;
/** What enters a ranked listing at its top moves all that is below: so many pages are together. */
const RANKED_TOGETHER = 10;

const TOGETHER: readonly Together[] = [
  { beginning: SITE_OR_COMMUNITY, main: "", parts: ["/new", "/top/all", "/controversial"] },
  // What the clock orders waits longer.
  {
    beginning: SITE_OR_COMMUNITY,
    main: "/top/day",
    parts: ["/rising", "/top/hour", "/top/week", "/top/month", "/top/year"],
  },
  ...pagesFrom(2, MAX_RANKED_PAGES)
    .filter((first) => (first - 2) % RANKED_TOGETHER === 0)
    .map((first): Together => {
      const last = Math.min(first + RANKED_TOGETHER - 1, MAX_RANKED_PAGES);
      const parts = pagesFrom(first + 1, last).map((page): Part => `/${page}`);
      return { beginning: `(?:${RANKED}|/domain/[^/]+/hot)`, main: `/${first}`, parts };
    }),
  {
    beginning: `${SITE_OR_COMMUNITY}/top/(?:${TOP_WINDOWS.join("|")})`,
    main: "/2",
    parts: ["/3", "/4"],
  },
  // Of what somebody has posted and said, the newest.
  { beginning: "/user/[^/]+", main: "", parts: ["/submitted", "/comments"] },
  { beginning: "/domain/[^/]+", main: "", parts: ["/new"] },
  { beginning: "~[^/]+", main: "/overlay", parts: ["/liked", "/disliked"] },
  { beginning: "~[^/]+", main: "/inbox", parts: ["/unread"] },
];

const PATTERNS = TOGETHER.map(({ beginning, main, parts }) => ({
  main,
  parts,
  ofKey: new RegExp(`^(${beginning})${main}$`),
  ofPart: new RegExp(`^(${beginning})(${parts.join("|")})$`),
}));

function pagesFrom(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Where a page is stored. */
export interface Place {
  readonly key: string;
  /** Null for the page that the key is named after. */
  readonly part: Part | null;
}

/** `/user/ann/submitted` → `/user/ann` and `/submitted`; `/new` → `/` and `/new`. */
export function placeOf(path: string): Place {
  for (const { main, ofPart } of PATTERNS) {
    const [, beginning, part] = ofPart.exec(path) ?? [];
    if (beginning !== undefined) return { key: beginning + main || "/", part: part as Part };
  }
  return { key: path, part: null };
}

/** The parts that are stored under a key, where they exist; none for most keys. */
export function partsOf(key: string): readonly Part[] {
  return patternOf(key)?.parts ?? [];
}

/** The way back: `~ann/overlay` and `/liked` → `~ann/liked`. */
export function pathOf({ key, part }: Place): string {
  if (part === null) return key;
  const pattern = patternOf(key);
  if (!pattern?.parts.includes(part)) throw new Error(`${key} has no ${part}`);
  const stem = stemOf(key);
  return stem.slice(0, stem.length - pattern.main.length) + part;
}

function patternOf(key: string) {
  return PATTERNS.find(({ ofKey }) => ofKey.test(stemOf(key)));
}

/** The front page's key is a slash, and what goes on from it begins with none. */
function stemOf(key: string): string {
  return key === "/" ? "" : key;
}
