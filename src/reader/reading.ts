/** What every answer to one request is made from, besides what it asks for. */
import type { ReaderEnv } from "../bindings.ts";
import type { Addresses } from "./addresses.ts";
import type { RecentPages } from "./recent.ts";

/** What an isolate remembers between requests. */
export interface Memory {
  readonly recent: RecentPages;
  readonly addresses: Addresses;
}

export interface Reading extends Memory {
  readonly env: ReaderEnv;
  readonly request: Request;
  /** Milliseconds since 1970. */
  readonly now: number;
}
