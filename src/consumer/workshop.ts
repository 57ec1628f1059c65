/**
 * Where the consumer's work is done on the free plan. A Worker has 10 ms of CPU and 50 calls there; a
 * Durable Object has 30 seconds for each call to one of its methods, and 50 calls of its own. It
 * stores nothing.
 */
import { DurableObject } from "cloudflare:workers";
import type { ConsumerEnv } from "../bindings.ts";
import type { Pending } from "../store/pending.ts";
import type { Delivered } from "./apply-delivered.ts";
import { FREE } from "./limits.ts";
import type { Phases } from "./phases.ts";
import { ownPhases } from "./worker.ts";

export class Workshop extends DurableObject<ConsumerEnv> implements Phases {
  /** Made by its own code, with its own bindings: a test may count what they are asked. */
  phases: Phases;

  constructor(state: DurableObjectState, env: ConsumerEnv) {
    super(state, env);
    this.phases = ownPhases(env, FREE);
  }

  applyMessages(delivered: readonly Delivered[]) {
    return this.phases.applyMessages(delivered);
  }

  keepDeadLetters(delivered: readonly Delivered[]) {
    return this.phases.keepDeadLetters(delivered);
  }

  readPending() {
    return this.phases.readPending();
  }

  answerBell() {
    return this.phases.answerBell();
  }

  nextDue() {
    return this.phases.nextDue();
  }

  settleTallies() {
    return this.phases.settleTallies();
  }

  publishLease() {
    return this.phases.publishLease();
  }

  finishDepartures() {
    return this.phases.finishDepartures();
  }

  purgeFrontCache() {
    return this.phases.purgeFrontCache();
  }

  deriveRows() {
    return this.phases.deriveRows();
  }

  tick() {
    return this.phases.tick();
  }

  nameSome() {
    return this.phases.nameSome();
  }

  auditSome() {
    return this.phases.auditSome();
  }

  reportStatus() {
    return this.phases.reportStatus();
  }

  ringBell(pending?: Pending) {
    return this.phases.ringBell(pending);
  }

  wakePublisher() {
    return this.phases.wakePublisher();
  }
}
