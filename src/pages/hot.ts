/** The front page, and every community's and domain's own page: posts by hot rank. */
import { defineRankedListing } from "./ranked-listing.ts";

export const hotPage = defineRankedListing(
  "hot",
  "/ · /hot/{n} · /r/{community} · /r/{community}/hot/{n} · /domain/{host} · /domain/{host}/hot/{n}",
);
