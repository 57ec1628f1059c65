/** The posts about which readers disagree most. */
import { defineRankedListing } from "./ranked-listing.ts";

export const controversialPage = defineRankedListing(
  "controversial",
  "controversial",
  "/controversial · /controversial/{n} · /r/{community}/controversial · /r/{community}/controversial/{n}",
);
