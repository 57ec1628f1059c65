/** What moderators did, in the words of whom it concerns. Pure. */
import type { Act, ActKind } from "../model/entities.ts";

const SENTENCES: Readonly<Record<ActKind, (act: Act) => string>> = {
  approved: ({ thing }) => `${nameOf(thing)} was approved`,
  removed: ({ thing }) => `${nameOf(thing)} was removed`,
  spam: ({ thing }) => `${nameOf(thing)} was removed`,
  locked: ({ thing }) => `${nameOf(thing)} was locked`,
  unlocked: ({ thing }) => `${nameOf(thing)} was unlocked`,
  banned: () => "You can no longer post or comment",
  unbanned: () => "You can post and comment again",
  moderator: () => "You are a moderator now",
  no_moderator: () => "You are a moderator no longer",
};

/** "Your post was removed in r/Cats: off topic" */
export function actSentence(act: Act, community: string): string {
  const outcome = actOutcome(act, community);
  return act.reason === "" ? outcome : `${outcome}: ${act.reason}`;
}

/** Without the reason, which may be in a script of the other direction. */
export function actOutcome(act: Act, community: string): string {
  return `${SENTENCES[act.kind](act)} in r/${community}`;
}

/** Something is taken from whom it concerns. */
export function isBadNews({ kind }: Act): boolean {
  return kind === "removed" || kind === "spam" || kind === "banned";
}

function nameOf(thing: string): string {
  return thing.startsWith("t3_") ? "Your post" : "Your comment";
}
