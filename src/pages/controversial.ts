/** The posts about which readers disagree most. */
import { splitRankedListing } from "./ranked-listing.ts";

export const controversial = splitRankedListing("controversial", {
  first: "/controversial · /r/{community}/controversial",
  deep: "/controversial/{n} · /r/{community}/controversial/{n}",
});
