/**
 * Pages that the same writes change are stored together, as one object: what is written once is paid
 * for once. Which these are, for whoever stores them and whoever reads them. Pure.
 */

/** How the path of a page goes on that is stored under another page's key. */
export type Part = "/submitted" | "/comments" | "/new" | "/liked" | "/disliked" | "/unread";

interface Together {
  /** What their paths begin with, as a pattern. */
  readonly beginning: string;
  /** How the path goes on that is the key of all of them. */
  readonly main: string;
  readonly parts: readonly Part[];
}

const TOGETHER: readonly Together[] = [
  // Of what somebody has posted and said, the newest.
  { beginning: "/user/[^/]+", main: "", parts: ["/submitted", "/comments"] },
  { beginning: "/domain/[^/]+", main: "", parts: ["/new"] },
  { beginning: "~[^/]+", main: "/overlay", parts: ["/liked", "/disliked"] },
  { beginning: "~[^/]+", main: "/inbox", parts: ["/unread"] },
];

const PATTERNS = TOGETHER.map(({ beginning, main, parts }) => ({
  main,
  ofKey: new RegExp(`^(${beginning})${main}$`),
  ofPart: new RegExp(`^(${beginning})(${parts.join("|")})$`),
}));

/** Where a page is stored. */
export interface Place {
  readonly key: string;
  /** Null for the page that the key is named after. */
  readonly part: Part | null;
}

/** `/user/ann/submitted` → `/user/ann` and `/submitted`. */
export function placeOf(path: string): Place {
  for (const { main, ofPart } of PATTERNS) {
    const [, beginning, part] = ofPart.exec(path) ?? [];
    if (beginning !== undefined) return { key: beginning + main, part: part as Part };
  }
  return { key: path, part: null };
}

/** The way back: `~ann/overlay` and `/liked` → `~ann/liked`. */
export function pathOf({ key, part }: Place): string {
  if (part === null) return key;
  for (const { ofKey } of PATTERNS) {
    const [, beginning] = ofKey.exec(key) ?? [];
    if (beginning !== undefined && placeOf(beginning + part).key === key) return beginning + part;
  }
  throw new Error(`${key} has no ${part}`);
}
