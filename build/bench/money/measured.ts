/** What the other parts of the bench have measured, and the cost model needs. */

/** A request that reaches the reader: the front cache does not have the page. */
export interface ViewCost {
  readonly cpuMs: number;
  readonly storageReads: number;
}

/** From the form that was sent to the last page that shows it, windows included. */
export interface WriteCost {
  readonly cpuMs: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly objectsWritten: number;
  /** A page is looked at before it is put, unless its last version was noted. */
  readonly storageReads: number;
  /** Three a message. */
  readonly queueOperations: number;
  /** Of the consumer; the request that brings the form is not among them. */
  readonly invocations: number;
  /** What D1 has grown by; 0 where too few were written to tell. */
  readonly keptBytes: number;
}

/** How many of each kind of write. */
export interface Acts {
  readonly votes: number;
  readonly comments: number;
  readonly submissions: number;
}

/** Writes of all kinds that came so often that they met on pages. */
export interface MixedCost {
  readonly perSecond: Acts;
  /** Of one of them, whichever: the mean. */
  readonly act: WriteCost;
}

export function actsIn({ votes, comments, submissions }: Acts): number {
  return votes + comments + submissions;
}

export interface PostCost {
  /** In R2: of the post and of every listing and feed that shows it. */
  readonly storedBytes: number;
  readonly storedObjects: number;
  /** In D1. */
  readonly databaseBytes: number;
}

export interface Measured {
  readonly view: ViewCost;
  readonly vote: WriteCost;
  readonly comment: WriteCost;
  readonly submission: WriteCost;
  /** Null where each write is alone, and costs what one of its kind does. */
  readonly mixed: MixedCost | null;
  readonly post: PostCost;
  /** One run of cron while nothing happens, and what it makes the publisher do. */
  readonly idle: WriteCost;
}

/** What a Durable Object does for one write, or one run of cron. */
export interface ObjectCost {
  readonly requests: number;
  /** How long they took, one after another. */
  readonly wallMs: number;
  /** What they asked of stores: here these are near. */
  readonly storeCalls: number;
}

/** The highest of each that was seen. */
export interface Extremes {
  /** Of one request to the object. */
  readonly calls: number;
  readonly statements: number;
  readonly cpuMs: number;
  /** Of one invocation of the Worker. */
  readonly workerCalls: number;
  /** Of 99 among 100: so short a time, and now and then a collection of garbage falls into it. */
  readonly workerCpuMs: number;
}

/** The same writes as the free plan has them done. */
export interface FreeMeasured {
  readonly measured: Measured;
  readonly objects: Readonly<Record<"vote" | "comment" | "submission" | "idle", ObjectCost>>;
  readonly most: Extremes;
  /** CPU of a password's hash, which an object of its own computes. */
  readonly hashMs: number;
}
