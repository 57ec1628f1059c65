/** What a commit makes of a thing. Pure. */
export interface Changed<Thing> {
  /** Null for a new one. */
  readonly before: Thing | null;
  readonly after: Thing;
}
