/**
 * Who moderates a community, and what they did, for everybody: who did what when and why. Never a title
 * or a text of what is not there any more, and of spam not even which thing it was.
 */
import {
  type Act,
  type Comment,
  type Community,
  DEPARTED,
  isVisible,
  type Post,
} from "../model/entities.ts";
import { type CommunityKey, type EventId, parseAct, personKey } from "../model/ids.ts";
import { logListing } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import { defineChronologicalListing, type SlotsOfPage } from "./chronological-listing.ts";
import { lastingLink } from "./comment-line.ts";
import { rankedKey, splitScope, submitKey, threadKey } from "./key.ts";
import { jsonPath, tabsOf } from "./listing-view.ts";
import { readByFullname } from "./named-things.ts";
import { htmlAndJson, pageOf } from "./page-type.ts";
import { authorPath, isoTime } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

/** What an act was about, while everybody can see it. */
interface Seen {
  readonly path: string;
  readonly label: string;
}

interface Entry {
  readonly act: Act;
  readonly seen: Seen | null;
  /** May everybody know which thing it was? Of spam not even its author may, nor of what is deleted. */
  readonly isNamed: boolean;
}

interface Log {
  readonly community: Community;
  /** Their names: the creator, then those who have been named. */
  readonly moderators: readonly string[];
  readonly entries: readonly Entry[];
}

const LOG = "/about/log";

export const logPage = defineChronologicalListing<Log>({
  name: "log",
  path: "/r/{community}/about/log · /r/{community}/about/log/{n}",
  separator: "/",
  isSparse: false,
  owns: (listing) => splitScope(listing).rest === LOG,
  every: async (reads) => (await reads.allCommunities()).map(({ key }) => logListing(key)),
  begun: (change) => change.communities.map(({ key }) => logListing(key)),
  retitled: (change) => change.moderators.map(logListing),
  load: loadLogs,
  view({ key, block, before, after }, { community, moderators, entries }, site) {
    const html = renderTemplate("log", {
      title: `Moderators of r/${community.name}, and their log${block === null ? "" : `, page ${block}`}`,
      canonical: site.origin + key,
      jsonPath: jsonPath(key),
      community,
      communityPath: rankedKey("hot", community.key, 1),
      submitPath: submitKey(community.key),
      tabs: tabsOf(community.key, "log"),
      moderators: block === null ? moderators.map(byLine) : null,
      entries: entries.map(lineOf),
      before,
      after,
    });
    const json = listingJson(entries.map(jsonOf), before, after);
    return pageOf(...htmlAndJson(html, json));
  },
});

async function loadLogs(reads: Reads, pages: readonly SlotsOfPage[]): Promise<(Log | null)[]> {
  const ids = pages.flatMap((page) => page.ids.map(parseAct)).filter((id) => id !== null);
  const acts = await withoutDeparted(reads, await reads.acts(ids));
  const names = [...acts.values()].map(({ thing }) => thing);
  const things = await readByFullname(reads, names);
  const scopes = pages.map(({ listing }) => splitScope(listing).scope);
  const keys = [...new Set(scopes.filter((scope) => scope !== null))];
  const communities = await reads.communities(keys);
  const moderators = await readModeratorNames(reads, [...communities.values()]);
  return pages.map((page, index) => {
    const scope = scopes[index] ?? null;
    const community = scope === null ? undefined : communities.get(scope);
    if (!community) return null;
    const entries = page.ids
      .map((id) => acts.get(parseAct(id) as EventId))
      .filter((act) => act !== undefined)
      .map((act) => entryOf(act, things.get(act.thing)));
    return { community, moderators: moderators.get(community.key) ?? [], entries };
  });
}

/** By community. A creator who has left is its creator no longer. */
async function readModeratorNames(
  reads: Reads,
  communities: readonly Community[],
): Promise<ReadonlyMap<CommunityKey, readonly string[]>> {
  const named = await reads.moderators(communities.map(({ key }) => key));
  const people = await reads.people(named.flat());
  return new Map(
    communities.map(({ key, creator }, index) => {
      // The creator is not among them: nobody can name who moderates already.
      const names = (named[index] ?? []).map((person) => people.get(person)?.name ?? person);
      return [key, creator === "" ? names : [creator, ...names]];
    }),
  );
}

/** Nobody is named who has deleted their account. */
export async function withoutDeparted(
  reads: Reads,
  acts: ReadonlyMap<EventId, Act>,
): Promise<ReadonlyMap<EventId, Act>> {
  const names = [...acts.values()].flatMap(({ by, person }) => [by, person]);
  const people = await reads.people(names.map(personKey).filter((key) => key !== null));
  const shown = (name: string) => {
    const key = personKey(name);
    return key !== null && (people.get(key)?.departure ?? null) !== null ? DEPARTED : name;
  };
  return new Map(
    [...acts].map(([id, act]) => [id, { ...act, by: shown(act.by), person: shown(act.person) }]),
  );
}

/** Of spam nobody is told which thing it was. */
function entryOf(act: Act, thing: Post | Comment | undefined): Entry {
  if (!thing || act.kind === "spam") return { act, seen: null, isNamed: false };
  const seen = isVisible(thing) ? seenAs(thing) : null;
  return { act, seen, isNamed: seen !== null || isRemoved(thing) };
}

function seenAs(thing: Post | Comment): Seen {
  return "piece" in thing
    ? { path: lastingLink(thing), label: "a comment" }
    : { path: threadKey(thing.id), label: thing.title };
}

/** By moderators, and not as spam. */
function isRemoved({ standing, verdict }: Post | Comment): boolean {
  return standing === "removed" && verdict?.kind === "removed";
}

const DID = {
  approved: "approved",
  removed: "removed",
  spam: "removed as spam",
  locked: "locked",
  unlocked: "unlocked",
  banned: "banned",
  unbanned: "lifted the ban of",
  moderator: "made a moderator:",
  no_moderator: "made a moderator no longer:",
} as const;

function byLine(author: string) {
  return { author, authorPath: authorPath(author) };
}

function lineOf({ act, seen, isNamed }: Entry): object {
  return {
    createdAt: isoTime(Math.floor(act.at / 1000)),
    by: byLine(act.by),
    did: DID[act.kind],
    person: act.person === "" ? null : byLine(act.person),
    seen,
    unseen: act.person !== "" || seen ? "" : act.thing.startsWith("t3_") ? "a post" : "a comment",
    // Where moderators go on with it.
    thingPath: isNamed ? `/api/thing?id=${act.thing}` : "",
    reason: act.reason,
  };
}

/** In the shape of Reddit's log. */
function jsonOf({ act, seen, isNamed }: Entry): object {
  return {
    kind: "modaction",
    data: {
      id: act.event,
      mod: act.by,
      action: act.kind,
      subreddit: act.community,
      target_fullname: isNamed ? act.thing : null,
      target_permalink: seen?.path ?? null,
      target_author: act.person || null,
      description: act.reason,
      created_utc: Math.floor(act.at / 1000),
    },
  };
}
