/** The best posts of all time, by score. */
import { splitRankedListing } from "./ranked-listing.ts";

export const top = splitRankedListing("top", {
  first: "/top/all · /r/{community}/top/all",
  deep: "/top/all/{n} · /r/{community}/top/all/{n}",
});
