/**
 * Every schedule of a play, one of each kind: two schedules that differ only in the order of
 * neighbouring calls that commute are the same, and only one of them is played.
 *
 * Depth first with sleep sets (Godefroid): after a transition has been explored from a state, it
 * sleeps in the siblings' branches until something happens that does not commute with it. That
 * leaves out no outcome, because whatever a sleeping transition could lead to has been seen in the
 * branch that began with it. Each schedule is played from the beginning.
 */
import type { Random } from "../rebuild/random.ts";
import { commute } from "./footprint.ts";
import type { Stage, Transition } from "./stage.ts";

/** A point of decision, and what has been decided and explored there. */
interface Decision {
  readonly possible: readonly Transition[];
  /** Ids, with the transitions they mean here. */
  readonly asleep: ReadonlyMap<string, Transition>;
  readonly explored: Map<string, Transition>;
  chosen: Transition;
}

export interface Explored {
  /** Played to their ends. */
  readonly schedules: number;
  /** Left where everything possible had been seen in another order. */
  readonly cut: number;
}

/**
 * @param play sets the stage; called for each schedule
 * @param check looks at the end of each; throws when something is wrong
 */
export async function exploreSchedules(
  play: () => Stage,
  check: (stage: Stage, schedule: readonly string[]) => Promise<void>,
): Promise<Explored> {
  const decisions: Decision[] = [];
  let schedules = 0;
  let cut = 0;
  do {
    const stage = play();
    const isPlayed = await playOne(stage, decisions);
    if (isPlayed) {
      schedules++;
      await check(
        stage,
        decisions.map(({ chosen }) => chosen.id),
      );
    } else {
      cut++;
    }
  } while (takeAnotherWay(decisions));
  return { schedules, cut };
}

/** As many schedules as asked for, each decided by chance: for when there is no time for all. */
export async function sampleSchedules(
  play: () => Stage,
  check: (stage: Stage, schedule: readonly string[]) => Promise<void>,
  schedules: number,
  random: Random,
): Promise<void> {
  for (let played = 0; played < schedules; played++) {
    const stage = play();
    const schedule: string[] = [];
    for (let possible = stage.transitions(); possible.length > 0; possible = stage.transitions()) {
      const chosen = random.pick(possible);
      schedule.push(chosen.id);
      await stage.take(chosen);
    }
    await check(stage, schedule);
  }
}

/** Follows the decisions, then decides anew. @returns false where only sleepers are left */
async function playOne(stage: Stage, decisions: Decision[]): Promise<boolean> {
  for (let depth = 0; ; depth++) {
    const possible = stage.transitions();
    if (possible.length === 0) return true;
    const decided = decisions[depth];
    if (decided) {
      const again = possible.find(({ id }) => id === decided.chosen.id);
      if (!again) throw new Error(`${decided.chosen.id}: the play went otherwise this time`);
      await stage.take(again);
      continue;
    }
    const asleep = sleepersAfter(decisions.at(-1));
    const chosen = possible.find(({ id }) => !asleep.has(id));
    if (!chosen) return false;
    decisions.push({ possible, asleep, explored: new Map(), chosen });
    await stage.take(chosen);
  }
}

function sleepersAfter(decision: Decision | undefined): Map<string, Transition> {
  if (!decision) return new Map();
  const { asleep, explored, chosen } = decision;
  return new Map(
    [...asleep, ...explored].filter(
      ([, { actor, footprint }]) => actor !== chosen.actor && commute(footprint, chosen.footprint),
    ),
  );
}

/** @returns false when every way has been taken */
function takeAnotherWay(decisions: Decision[]): boolean {
  while (true) {
    const last = decisions.at(-1);
    if (!last) return false;
    last.explored.set(last.chosen.id, last.chosen);
    const next = last.possible.find(({ id }) => !last.asleep.has(id) && !last.explored.has(id));
    if (next) {
      last.chosen = next;
      return true;
    }
    decisions.pop();
  }
}
