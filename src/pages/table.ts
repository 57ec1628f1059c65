/** THE list of page types. The build walks it, the consumer asks it, the README shows it. */

import { commentsPage } from "./comments.ts";
import { communitiesPage } from "./communities.ts";
import { communitySubmitPage } from "./community-submit.ts";
import { controversialPage } from "./controversial.ts";
import { DEPLOY_PAGES } from "./deploy-pages.ts";
import { duplicatesPage } from "./duplicates.ts";
import { hotPage } from "./hot.ts";
import { newOfDomainPage, newPage } from "./new.ts";
import type { PageType } from "./page-type.ts";
import { personPage } from "./person.ts";
import { saidPage, submittedPage } from "./person-things.ts";
import { piecePage } from "./piece.ts";
import { threadPage } from "./thread.ts";
import { topPage } from "./top.ts";

export const PAGE_TYPES: readonly PageType[] = [
  hotPage,
  newPage,
  newOfDomainPage,
  topPage,
  controversialPage,
  threadPage,
  piecePage,
  duplicatesPage,
  commentsPage,
  personPage,
  submittedPage,
  saidPage,
  communitiesPage,
  communitySubmitPage,
  ...DEPLOY_PAGES,
];

/** The type that a key belongs to; null for a page of a type that no longer exists. */
export function pageTypeOf(key: string): PageType | null {
  return PAGE_TYPES.find((candidate) => candidate.owns(key)) ?? null;
}
