/** THE list of page types. The build walks it, the consumer asks it, the README shows it. */

import { commentsPage } from "./comments.ts";
import { communitiesPage } from "./communities.ts";
import { communitySubmitPage } from "./community-submit.ts";
import { controversialPage } from "./controversial.ts";
import { DEPLOY_PAGES } from "./deploy-pages.ts";
import { duplicatesPage } from "./duplicates.ts";
import { hotPage } from "./hot.ts";
import { inboxPage } from "./inbox.ts";
import { logPage } from "./log.ts";
import { OWN_PAGES } from "./mine.ts";
import { newOfDomainPage, newPage } from "./new.ts";
import { overlayPage, unreadPage } from "./overlay.ts";
import { OWN_EMPTY_PAGES } from "./own-empty.ts";
import type { PageType } from "./page-type.ts";
import { personPage } from "./person.ts";
import { personExportPage } from "./person-export.ts";
import { saidPage, submittedPage } from "./person-things.ts";
import { piecePage } from "./piece.ts";
import { queuePage } from "./queue.ts";
import { sessionEpochPage } from "./session-epoch.ts";
import { sitemapBlockPage, sitemapIndexPage } from "./sitemap.ts";
import { statusPage } from "./status.ts";
import { threadPage } from "./thread.ts";
import { topPage } from "./top.ts";
import { risingPage, topWindowPage } from "./window.ts";
import { writtenPage } from "./written.ts";

export const PAGE_TYPES: readonly PageType[] = [
  hotPage,
  newPage,
  newOfDomainPage,
  topPage,
  topWindowPage,
  risingPage,
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
  logPage,
  queuePage,
  statusPage,
  ...OWN_PAGES,
  writtenPage,
  inboxPage,
  unreadPage,
  overlayPage,
  sessionEpochPage,
  personExportPage,
  sitemapIndexPage,
  sitemapBlockPage,
  ...DEPLOY_PAGES,
  ...OWN_EMPTY_PAGES,
];

/** The type that a key belongs to; null for a page of a type that no longer exists. */
export function pageTypeOf(key: string): PageType | null {
  return PAGE_TYPES.find((candidate) => candidate.owns(key)) ?? null;
}
