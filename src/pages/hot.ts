/** The front page and every community's own page: posts by hot rank. */
import { defineRankedListing } from "./ranked-listing.ts";

export const hotPage = defineRankedListing(
  "hot",
  "/ · /hot/{n} · /r/{community} · /r/{community}/hot/{n}",
);
