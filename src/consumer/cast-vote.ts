/** What a vote does to sums, for posts and comments alike. Pure. */
import type { Edit, VoteValue } from "../model/entities.ts";
import type { EventId } from "../model/ids.ts";

interface Cast {
  readonly value: VoteValue;
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
  readonly event: EventId;
}

interface Sums {
  readonly ups: number;
  readonly downs: number;
}

/** The newer one wins, by edge time, then by event id. */
export function isNewer(
  later: { readonly at: number; readonly event: EventId },
  before: Edit | Cast | null,
): boolean {
  if (before === null || later.at > before.at) return true;
  return later.at === before.at && later.event > before.event;
}

/** @returns the same object when nothing changes */
export function countVote<Thing extends Sums>(
  thing: Thing,
  vote: Cast,
  before: Cast | null,
): Thing {
  const was = before?.value ?? 0;
  const ups = thing.ups + Number(vote.value === 1) - Number(was === 1);
  const downs = thing.downs + Number(vote.value === -1) - Number(was === -1);
  return ups === thing.ups && downs === thing.downs ? thing : { ...thing, ups, downs };
}
