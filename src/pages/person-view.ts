/** A person's pages: what they posted and said. Pure. */
import type { Person } from "../model/entities.ts";
import type { PersonKey } from "../model/ids.ts";
import { saidListing, submittedListing } from "../model/listing.ts";
import { atomFeed, feedPath } from "./atom.ts";
import { commentJson, commentLine, type Surroundings } from "./comment-line.ts";
import { personPath } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import { htmlAndJson, pageOf, type Rendered, type Site } from "./page-type.ts";
import { isoTime, postLine } from "./post-line.ts";
import { listedPostJson, listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import type { Thing } from "./thing.ts";

type PersonTab = "overview" | "submitted" | "comments";

export interface PersonPage extends Surroundings {
  readonly person: Person;
  readonly tab: PersonTab;
  /** Nothing has ever been on it. */
  readonly isNew: boolean;
  readonly key: string;
  /** Counted from the oldest; null on what has the newest. */
  readonly block: number | null;
  /** Newest first. */
  readonly things: readonly Thing[];
  readonly before: string | null;
  readonly after: string | null;
}

export function viewPerson(page: PersonPage, site: Site): Rendered {
  const { person, tab, key, block, things, before, after } = page;
  const isOverview = tab === "overview";
  const number = block === null ? "" : `, page ${block}`;
  const title = isOverview ? person.name : `${person.name}: ${tab}${number}`;
  const hasFeed = before === null;
  const html = renderTemplate("person", {
    title,
    canonical: site.origin + key,
    jsonPath: jsonPath(key),
    feedPath: hasFeed ? feedPath(key) : null,
    name: person.name,
    // Only the overview is written anew whenever these change.
    createdAt: isOverview ? isoTime(person.createdAt) : null,
    postKarma: isOverview ? person.postKarma : null,
    commentKarma: isOverview ? person.commentKarma : null,
    tabs: Object.entries(TABS).map(([each, { label, hrefOf }]) => ({
      label,
      href: hrefOf(person.key),
      isCurrent: each === tab,
    })),
    isNew: page.isNew,
    yet: TABS[tab].yet,
    things: things.map((thing) => lineOf(thing, page)),
    before,
    after,
  });
  const children = things.map((thing) => jsonOf(thing, page, site));
  return pageOf(
    ...htmlAndJson(html, listingJson(children, before, after)),
    ...(hasFeed ? [atomFeed({ ...page, title, path: key, begunAt: person.createdAt }, site)] : []),
  );
}

interface TabView {
  readonly label: string;
  /** What there is not yet, on a new one. */
  readonly yet: string;
  hrefOf(person: PersonKey): string;
}

const TABS: Readonly<Record<PersonTab, TabView>> = {
  overview: { label: "Overview", yet: "Not a stone", hrefOf: personPath },
  submitted: { label: "Posts", yet: "No post", hrefOf: submittedListing },
  comments: { label: "Comments", yet: "No comment", hrefOf: saidListing },
};

function lineOf(thing: Thing, surroundings: Surroundings): object {
  if (thing.type === "comment") {
    return { type: "comment", comment: commentLine(thing.comment, surroundings) };
  }
  const community = surroundings.communities.get(thing.post.community);
  return { type: "post", post: postLine(thing.post, community) };
}

function jsonOf(thing: Thing, surroundings: Surroundings, site: Site): object {
  return thing.type === "comment"
    ? commentJson(thing.comment, surroundings, "")
    : listedPostJson(thing.post, surroundings.communities.get(thing.post.community), site);
}
