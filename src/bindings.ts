/**
 * Who holds what. Each Worker declares its own bindings; asking for another's does not compile.
 * wrangler.toml says the same, and test/architecture compares the two.
 */
import type {
  D1Database,
  DurableObjectNamespace,
  Fetcher,
  KVNamespace,
  Queue,
  R2Bucket,
  RateLimit,
} from "@cloudflare/workers-types";

/** The site. It has no database and no queue: a read cannot reach either. */
export interface ReaderEnv {
  /** Pages that a write can change. */
  readonly PAGES: R2Bucket;
  /** Pages that only a deploy or a configuration changes. */
  readonly SITE: KVNamespace;
  /** How long an isolate keeps a page that it has read. Milliseconds; 0 keeps none. */
  readonly KEEP_MS: string;
  /** Where forms are sent. */
  readonly INTAKE: Fetcher;
  /** Verifies sessions: they lead to private pages. The same as intake's. */
  readonly SESSION_SECRET: string;
}

/** Takes forms. It knows names and passwords, and nothing of the content. */
export interface IntakeEnv {
  readonly EVENTS: Pick<Queue, "send">;
  readonly ACCOUNTS: D1Database;
  /** Signs sessions; at least 32 characters. */
  readonly SESSION_SECRET: string;
  /** `free`: HASHERS hash passwords, because a Worker has 10 ms of CPU there. Else it does so itself. */
  readonly PLAN: string;
  readonly HASHERS: DurableObjectNamespace;
  /** `off` lifts the rate limits; anything else keeps them. */
  readonly RATE_LIMITS: string;
  /** Registrations and logins, by address; changes of a password and ends of an account, by person. */
  readonly ACCOUNT_LIMITER: RateLimit;
  /** What is written: posts, comments, edits, reports and new communities, by person. */
  readonly SUBMIT_LIMITER: RateLimit;
  /** Votes, saves, deletions, and what moderators do, by person. */
  readonly VOTE_LIMITER: RateLimit;
}

/** Applies events and publishes pages. It has no route. */
export interface ConsumerEnv {
  readonly DB: D1Database;
  readonly PAGES: R2Bucket;
  readonly SITE: KVNamespace;
  /** `free`: all the work is done in the one WORKSHOP. Else the Worker does it itself. */
  readonly PLAN: string;
  readonly WORKSHOP: DurableObjectNamespace;
  /** Asked only what waits in it. */
  readonly EVENTS: Pick<Queue, "metrics">;
  /** The doorbell of the publisher. */
  readonly PUBLISH: Queue;
  /** Purges what the platform caches in front of the site; not there locally, where nothing does. */
  readonly READER: FrontCache | undefined;
  /** What absolute URLs begin with, without a slash at the end. */
  readonly ORIGIN: string;
  /** Names of those who may moderate everywhere, by comma. */
  readonly ADMINS: string;
  /** Least seconds between two writes of a thread, or a first page of the site or a community. */
  readonly FAST_LANE_SECONDS: string;
  /** The same for first pages of people, of domains and of what the clock orders. */
  readonly SIDE_LANE_SECONDS: string;
  /** The same for every deeper page. */
  readonly SLOW_LANE_SECONDS: string;
  /** The same for private pages. */
  readonly PRIVATE_LANE_SECONDS: string;
  /** How long private pages that show one's votes wait even before their first write. */
  readonly PATIENCE_SECONDS: string;
  /** Least seconds between two counts of the votes on one post, unless they are many. */
  readonly TALLY_SECONDS: string;
}

/** What the reader does for the consumer, because a Worker can purge its own cache only. */
export interface FrontCache {
  /**
   * Methods of a Worker that is no class take one argument, and need none here.
   * @returns false when the platform refused
   */
  purge(nothing: null): Promise<boolean>;
}

/** What only the local server has beside all of these: production's queues are durable. */
export interface JournalEnv {
  readonly JOURNAL: D1Database;
  /** `on` prints every SQL statement and its time. */
  readonly LOG_SQL: string;
}
