/** The best posts of all time, by score. */
import { defineRankedListing } from "./ranked-listing.ts";

export const topPage = defineRankedListing(
  "top",
  "top",
  "/top/all · /top/all/{n} · /r/{community}/top/all · /r/{community}/top/all/{n}",
);
