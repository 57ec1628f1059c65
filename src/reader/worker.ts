/** The reader's entry point: requests, and the consumer's call. The clock begins here. */
import type { ReaderEnv } from "../bindings.ts";
import { createReader } from "./app.ts";
import { purgeOwnCache } from "./purge-own-cache.ts";

export default {
  ...createReader(Date.now),
  /** By service binding only: no request leads here. */
  purge: (_: null, __: ReaderEnv, context: ExecutionContext) => purgeOwnCache(context),
};
