/// <reference types="@cloudflare/vitest-plugin/types" />
/** What `env` of `cloudflare:workers` holds in the tests: the dev Worker's bindings and migrations. */
import type { D1Migration } from "@cloudflare/vitest-plugin";
import type { ConsumerEnv, IntakeEnv, JournalEnv, ReaderEnv } from "../../src/bindings.ts";

declare global {
  namespace Cloudflare {
    interface Env extends ReaderEnv, IntakeEnv, ConsumerEnv, JournalEnv {
      /** Intake sends to it, the consumer asks what waits in it. */
      readonly EVENTS: Queue;
      /** "1" in the long run; the others as test/rebuild.test.ts means them, or empty. */
      readonly CAIRN_LONG: string;
      readonly CAIRN_SEED: string;
      readonly CAIRN_SEQUENCES: string;
      readonly TEST_CONTENT_MIGRATIONS: D1Migration[];
      readonly TEST_ACCOUNTS_MIGRATIONS: D1Migration[];
      readonly TEST_JOURNAL_MIGRATIONS: D1Migration[];
    }
  }
}
