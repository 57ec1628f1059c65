/// <reference types="@cloudflare/vitest-plugin/types" />
/** What `env` of `cloudflare:workers` holds in the tests: the dev Worker's bindings and migrations. */
import type { D1Migration } from "@cloudflare/vitest-plugin";
import type { ConsumerEnv, IntakeEnv, JournalEnv, ReaderEnv } from "../../src/bindings.ts";

declare global {
  namespace Cloudflare {
    interface Env extends ReaderEnv, IntakeEnv, ConsumerEnv, JournalEnv {
      readonly TEST_CONTENT_MIGRATIONS: D1Migration[];
      readonly TEST_ACCOUNTS_MIGRATIONS: D1Migration[];
      readonly TEST_JOURNAL_MIGRATIONS: D1Migration[];
    }
  }
}
