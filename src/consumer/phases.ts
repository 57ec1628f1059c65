/**
 * All that the consumer does, cut into phases of so many calls. The Worker does them itself, or asks
 * its object (workshop.ts): so what goes in and comes out is plain data.
 */
import type { Queue } from "@cloudflare/workers-types";
import { nextDue } from "../store/bell-rows.ts";
import { answerBell, type Pending, readPending } from "../store/pending.ts";
import { applyDelivered, keepDelivered } from "./apply-delivered.ts";
import { auditSome } from "./audit-some.ts";
import { ringBell } from "./bell.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { deriveRows } from "./derive-rows.ts";
import { finishDepartures, forgetDepartures } from "./finish-departures.ts";
import { PAID } from "./limits.ts";
import { fingerprintOf, nameInTurn } from "./name-all.ts";
import { type Publishing, publishLease } from "./publish-stale.ts";
import { purgeFrontCache } from "./purge-front-cache.ts";
import type { Receiving } from "./receive.ts";
import { reportStatus } from "./report-status.ts";
import { settleTallies } from "./settle-tallies.ts";
import { tick } from "./tick.ts";

export interface Phases extends Receiving, Publishing {
  readPending(): Promise<Pending>;
  /** For a publisher at its end. */
  answerBell(): Promise<Pending>;
  /** When the next stale page or tally is due, in milliseconds since 1970; null when none is. */
  nextDue(): Promise<number | null>;
  /** @returns whether more of what a deleted account left is to be worked off */
  finishDepartures(): Promise<boolean>;
  purgeFrontCache(): Promise<void>;
  /** @returns whether no row is of an earlier version any more */
  deriveRows(): Promise<boolean>;
  tick(): Promise<void>;
  /** @returns whether all pages are named for this code */
  nameSome(): Promise<boolean>;
  auditSome(): Promise<void>;
  reportStatus(): Promise<void>;
  /** @param pending if it has just been read */
  ringBell(pending?: Pending): Promise<void>;
  /** Whatever is due: there is more to do than pages. */
  wakePublisher(): Promise<void>;
}

/** @param publish the publisher's bell */
export function openPhases(deps: ConsumerDeps, publish: Queue): Phases {
  const { db, pace, limits = PAID } = deps;
  /** Where the naming of all pages has come to: whoever forgets it begins again. */
  let naming: AsyncGenerator<void> | null = null;
  return {
    applyMessages: (delivered) => applyDelivered(deps, delivered),
    keepDeadLetters: (delivered) => keepDelivered(deps, delivered),
    readPending: () => readPending(db),
    answerBell: () => answerBell(db, deps.now()),
    nextDue: () => nextDue(db),
    settleTallies: () => settleTallies(deps),
    publishLease: () => publishLease(deps),
    async finishDepartures() {
      if (await finishDepartures(deps)) return true;
      await forgetDepartures(deps);
      return false;
    },
    purgeFrontCache: () => purgeFrontCache(deps),
    deriveRows: () => deriveRows(db, limits),
    async tick() {
      await tick(db, deps.now(), pace, limits);
    },
    async nameSome() {
      const steps = naming ?? nameInTurn(deps);
      // Whoever fails, or never returns, has taken it along.
      naming = null;
      for (let step = 0; step < limits.namingSteps; step++) {
        if ((await steps.next()).done) return true;
      }
      naming = steps;
      return false;
    },
    async auditSome() {
      await auditSome(deps);
    },
    reportStatus: () => reportStatus(deps),
    ringBell: (pending) => ringBell(db, publish, fingerprintOf(deps.config), deps.now(), pending),
    async wakePublisher() {
      await publish.send({});
    },
  };
}
