/**
 * What somebody sees whose own list is empty yet: one page for everybody, because nothing on it says
 * whose it is. Whoever has nothing costs nothing.
 */
import { OWN_LISTINGS } from "../model/listing.ts";
import { defineDeployPage } from "./deploy-page.ts";
import { viewEmptyInbox } from "./inbox-view.ts";
import { NOBODYS_KEYS } from "./key.ts";
import { viewOwnThings } from "./mine-view.ts";
import { EMPTY_OVERLAY } from "./overlay.ts";
import { jsonPage, type PageType } from "./page-type.ts";
import { viewWritten } from "./written.ts";

const NOTHING = { posts: new Map(), communities: new Map() };
const NO_NEIGHBOURS = { before: null, after: null };

export const OWN_EMPTY_PAGES: readonly PageType[] = [
  ...OWN_LISTINGS.map((name) =>
    defineDeployPage(`${name}: none`, NOBODYS_KEYS[name], () =>
      viewOwnThings(name, [], NOTHING, NO_NEIGHBOURS),
    ),
  ),
  defineDeployPage("written: none", NOBODYS_KEYS.written, () =>
    viewWritten([], NOTHING, NO_NEIGHBOURS),
  ),
  defineDeployPage("inbox: empty", NOBODYS_KEYS.inbox, viewEmptyInbox),
  defineDeployPage("overlay: empty", NOBODYS_KEYS.overlay, () => jsonPage(EMPTY_OVERLAY)),
  defineDeployPage("unread: none", NOBODYS_KEYS.unread, () => jsonPage({ unread: 0 })),
];
