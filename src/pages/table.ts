/** THE list of page types. The build walks it, the consumer asks it, the README shows it. */
import { bundlePages } from "./bundle.ts";
import { commentsPage } from "./comments.ts";
import { communitiesPage } from "./communities.ts";
import { communitySubmitPage } from "./community-submit.ts";
import { controversial } from "./controversial.ts";
import { DEPLOY_PAGES } from "./deploy-pages.ts";
import { duplicatesPage } from "./duplicates.ts";
import { hotDeep, hotFirst, hotOfDomain } from "./hot.ts";
import { inbox } from "./inbox.ts";
import { viewEmptyInbox } from "./inbox-view.ts";
import { logPage } from "./log.ts";
import { disliked, hiddenPage, liked, savedPage } from "./mine.ts";
import { newest, newOfDomain } from "./new.ts";
import { overlayPage, unreadPage } from "./overlay.ts";
import { OWN_EMPTY_PAGES } from "./own-empty.ts";
import type { PageType } from "./page-type.ts";
import { personPage } from "./person.ts";
import { personExportPage } from "./person-export.ts";
import { said, submitted } from "./person-things.ts";
import { piecePage } from "./piece.ts";
import { queuePage } from "./queue.ts";
import { withSessionEpoch } from "./session-epoch.ts";
import { sitemapBlockPage, sitemapIndexPage } from "./sitemap.ts";
import { statusPage } from "./status.ts";
import { threadPage } from "./thread.ts";
import { top } from "./top.ts";
import { windowDeep, windowFirst } from "./window.ts";
import { writtenPage } from "./written.ts";

export const PAGE_TYPES: readonly PageType[] = [
  bundlePages(hotFirst, [newest.heads, top.first, controversial.first]),
  bundlePages(windowFirst),
  bundlePages(hotDeep),
  newest.blocks,
  bundlePages(top.deep),
  bundlePages(windowDeep),
  bundlePages(controversial.deep),
  bundlePages(hotOfDomain, [newOfDomain.heads]),
  newOfDomain.blocks,
  threadPage,
  piecePage,
  duplicatesPage,
  commentsPage,
  bundlePages(personPage, [submitted.heads, said.heads]),
  submitted.blocks,
  said.blocks,
  communitiesPage,
  communitySubmitPage,
  logPage,
  queuePage,
  statusPage,
  savedPage,
  hiddenPage,
  liked.blocks,
  disliked.blocks,
  bundlePages(overlayPage, [liked.heads, disliked.heads]),
  writtenPage,
  bundlePages(withSessionEpoch(inbox.heads, viewEmptyInbox), [unreadPage]),
  inbox.blocks,
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
