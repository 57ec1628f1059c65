/** What the consumer's work is done with: stores, configuration, clock, and how much at once. */
import type { Backlog } from "../model/status.ts";
import type { Site } from "../pages/page-type.ts";
import type { DeployStore, PageStore } from "../pages/storage.ts";
import type { ContentDb } from "../store/database.ts";
import type { Pace } from "../store/page-rows.ts";
import type { Limits } from "./limits.ts";
import type { RankedHeads } from "./ranked-heads.ts";

export interface ConsumerDeps {
  readonly db: ContentDb;
  readonly pages: PageStore;
  readonly site: DeployStore;
  readonly config: Site;
  readonly pace: Pace;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Names a lease; never the same twice. */
  readonly token: () => string;
  /**
   * Lets others have the thread. workerd looks for requests, and for timers that have run out, only
   * when nothing else is ready; locally, where the storage is in the same process, something always
   * is until all is published. Not there where nobody else wants the thread.
   */
  readonly breathe?: () => Promise<void>;
  /** What the isolate remembers of the database, if anything. */
  readonly ranked?: RankedHeads;
  /** Empties the front cache, if it can; not there where nothing caches. */
  readonly purge?: (() => Promise<boolean>) | undefined;
  /** What waits in the queue; not there where there is none. */
  readonly backlog?: () => Promise<Backlog>;
  /** How much is done at once; without them, as on the paid plan. */
  readonly limits?: Limits;
}
