/**
 * What a call touches, so that two calls are known to commute: those of which neither writes what
 * the other reads or writes. Rather too much than too little: every table whose name occurs in a
 * statement counts as touched by it.
 */
export interface Footprint {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What is read when an invocation asks for the time; written when time passes. */
export const CLOCK = "the clock";

const TABLES =
  /\b(community|post|vote|alias|entry|refusal|dead_letter|page|site|comment|comment_vote|piece|person|mark|report|role|act|leaving|left_behind|asof|window_list|window_dirty|domain_post|status|tally|lease|moved)\b/g;

const READS_ONLY = /^\s*SELECT\b/i;

export function footprintOf(sql: string): Footprint {
  const tables = [...new Set(sql.match(TABLES) ?? [])];
  return READS_ONLY.test(sql) ? { reads: tables, writes: [] } : { reads: [], writes: tables };
}

export function together(footprints: readonly Footprint[]): Footprint {
  return {
    reads: [...new Set(footprints.flatMap(({ reads }) => reads))],
    writes: [...new Set(footprints.flatMap(({ writes }) => writes))],
  };
}

export function commute(a: Footprint, b: Footprint): boolean {
  const isUntouched = (name: string, { reads, writes }: Footprint) =>
    !reads.includes(name) && !writes.includes(name);
  return (
    a.writes.every((name) => isUntouched(name, b)) && b.writes.every((name) => isUntouched(name, a))
  );
}
