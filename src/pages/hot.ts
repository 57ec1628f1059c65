/** Posts by hot rank: the front page, every community's and domain's own page, and what follows them. */
import { isDomainScope } from "../model/listing.ts";
import { defineRankedListing } from "./ranked-listing.ts";

/** Of the site and of communities: what their other first pages are stored with. */
export const hotFirst = defineRankedListing(
  "hot",
  "first pages",
  "/ · /r/{community}",
  ({ scope, page }) => page === 1 && !isDomainScope(scope),
);

export const hotDeep = defineRankedListing(
  "hot",
  "hot",
  "/hot/{n} · /r/{community}/hot/{n} · /domain/{host}/hot/{n}",
  ({ page }) => page > 1,
);

export const hotOfDomain = defineRankedListing(
  "hot",
  "domain",
  "/domain/{host}",
  ({ scope, page }) => page === 1 && isDomainScope(scope),
);
