/** Posts by hot rank: the front page, every community's and domain's own page, and what follows them. */
import { isDomainScope } from "../model/listing.ts";
import { defineRankedListing, type RankedPage } from "./ranked-listing.ts";

const isOfDomain = ({ scope, page }: RankedPage) => isDomainScope(scope) && page === 1;

export const hotPage = defineRankedListing(
  "hot",
  "hot",
  "/ · /hot/{n} · /r/{community} · /r/{community}/hot/{n} · /domain/{host}/hot/{n}",
  (page) => !isOfDomain(page),
);

export const hotOfDomainPage = defineRankedListing("hot", "domain", "/domain/{host}", isOfDomain);
