/** Since when the consumer has worked without an outage. Pure. */

export interface Presence {
  /** When the last commit was made. Milliseconds since 1970, as all times here. */
  readonly heardAt: number;
  /** When the first one was made after the last outage. */
  readonly resumedAt: number;
}

/**
 * Cron commits its report once a minute, and what comes again does within ten. Milliseconds; a longer
 * silence is an outage.
 */
export const MAX_SILENCE_MS = 600_000;

/** An outage ends with the first commit after it: until then, now. Milliseconds since 1970, too. */
export function presentSince({ heardAt, resumedAt }: Presence, now: number): number {
  return now - heardAt > MAX_SILENCE_MS ? now : Math.min(resumedAt, now);
}
