/**
 * Pages that the same writes change are stored together, as one object: a write of an object costs
 * more than all else that a vote does. Which these are, for whoever stores them and whoever reads
 * them. Pure.
 */

export interface Together {
  /** What their keys begin with, as a pattern. */
  readonly beginning: string;
  /** How the key goes on that all of them are stored under. */
  readonly main: string;
  /** How the keys of the others go on. */
  readonly parts: readonly Part[];
}

export type Part = "/submitted" | "/comments" | "/new" | "/liked" | "/disliked" | "/unread";

/** Of what somebody has posted and said, only the newest. */
export const OF_A_PERSON: Together = {
  beginning: "/user/[^/]+",
  main: "",
  parts: ["/submitted", "/comments"],
};

export const OF_A_DOMAIN: Together = { beginning: "/domain/[^/]+", main: "", parts: ["/new"] };

export const OF_ONES_VOTES: Together = {
  beginning: "~[^/]+",
  main: "/overlay",
  parts: ["/liked", "/disliked"],
};

export const OF_AN_INBOX: Together = { beginning: "~[^/]+", main: "/inbox", parts: ["/unread"] };

/** Where a page is stored. */
export interface Place {
  readonly key: string;
  /** Null for the page that the key is named after. */
  readonly part: Part | null;
}

const PLACES = [OF_A_PERSON, OF_A_DOMAIN, OF_ONES_VOTES, OF_AN_INBOX].map(
  ({ beginning, main, parts }) => ({
    pattern: new RegExp(`^(${beginning})(${parts.join("|")})$`),
    main,
  }),
);

/** `/user/ann/submitted` → `/user/ann` and `/submitted`. */
export function placeOf(page: string): Place {
  for (const { pattern, main } of PLACES) {
    const [, beginning, part] = pattern.exec(page) ?? [];
    if (beginning !== undefined) return { key: beginning + main, part: part as Part };
  }
  return { key: page, part: null };
}

/** The page of that part: `/user/ann` and `/submitted` → `/user/ann/submitted`. */
export function pageOf({ main }: Together, key: string, part: Part): string {
  return key.slice(0, key.length - main.length) + part;
}
