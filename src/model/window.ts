/**
 * The listings that the clock drives: the best posts of the last hour, day … year, and what rises
 * among the posts of the last twelve hours. Pure.
 */
import { type SiteOrCommunity, scopePath } from "./listing.ts";

/** From the shortest. */
export const TOP_WINDOWS = ["hour", "day", "week", "month", "year"] as const;
export type TopWindow = (typeof TOP_WINDOWS)[number];

export const WINDOWS = [...TOP_WINDOWS, "rising"] as const;
export type Window = (typeof WINDOWS)[number];

/** Seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A post is in the window while it is younger than this. Seconds; months and years are Reddit's. */
export const WINDOW_SECONDS: Readonly<Record<Window, number>> = {
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  year: 365 * DAY,
  rising: 12 * HOUR,
};

/** Posts in a listing: four pages, which every tick may write. */
export const TOP_DEPTH = 100;
/** One page: what comes after that hardly rises. */
export const RISING_DEPTH = 25;

/** A younger post counts as this old: two votes in the first minute are not 120 an hour. Seconds. */
export const RISING_MIN_AGE = HOUR;

/** Rising changes with every second; so often it is ordered anew. Seconds. */
export const RISING_EVERY = 120;

/** A listing's name is the path of its first page: `/top/day`, `/r/programming/rising`. */
export function windowListing(window: Window, scope: SiteOrCommunity): string {
  return scopePath(scope) + (window === "rising" ? "/rising" : `/top/${window}`);
}

/** Sets of windows are numbers with a bit for each. */
export function windowBit(window: Window): number {
  return 1 << WINDOWS.indexOf(window);
}

export const ALL_WINDOWS = 2 ** WINDOWS.length - 1;

export function windowsIn(bits: number): Window[] {
  return WINDOWS.filter((window) => (bits & windowBit(window)) !== 0);
}

/** When the clock of each kind last ticked, in seconds since 1970; null before its first tick. */
export interface Asof {
  readonly top: number | null;
  readonly rising: number | null;
}

/**
 * The windows of the best that a post of this age is in, or may enter. Rising is left out: whoever
 * has young posts is ordered anew anyway.
 * @param createdAt seconds since 1970
 * @returns a bit for each
 */
export function topWindowsHolding(createdAt: number, asof: Asof): number {
  let bits = 0;
  for (const window of TOP_WINDOWS) {
    const isOutside = asof.top !== null && createdAt <= asof.top - WINDOW_SECONDS[window];
    if (!isOutside) bits |= windowBit(window);
  }
  return bits;
}
