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
  readonly post: PostCost;
  /** One run of cron while nothing happens, and what it makes the publisher do. */
  readonly idle: WriteCost;
  /** Calls of the costliest invocation of the consumer that was seen. */
  readonly mostSubrequests: number;
}
