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
  /** Each page is looked at before it is put. */
  readonly storageReads: number;
  /** Three a message. */
  readonly queueOperations: number;
  /** Of the consumer; the request that brings the form is not among them. */
  readonly invocations: number;
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
  /** Calls of the costliest invocation of the consumer that was seen. */
  readonly mostSubrequests: number;
}
