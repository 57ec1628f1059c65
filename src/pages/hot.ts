/** The front page, and every community's own page: posts by hot rank. Of domains, what follows their own page. */
import { isDomainScope } from "../model/listing.ts";
import { defineRankedListing, type RankedPage } from "./ranked-listing.ts";

const isDomains = ({ scope, page }: RankedPage) => isDomainScope(scope) && page === 1;

export const hotPage = defineRankedListing(
  "hot",
  "hot",
  "/ · /hot/{n} · /r/{community} · /r/{community}/hot/{n} · /domain/{host}/hot/{n}",
  (page) => !isDomains(page),
);

export const hotOfDomainPage = defineRankedListing("hot", "domain", "/domain/{host}", isDomains);
