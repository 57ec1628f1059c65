/**
 * THE list of every table and column of every database: which are facts, that a backup holds, and
 * what makes the others afresh. A test compares it with the migrations: a new table or column has to
 * be decided on here.
 */
import { fromPostRow, type PostRow, toPostRow } from "./post-row.ts";

/** A row as D1 gives it, by column. */
export type TableRow = Readonly<Record<string, string | number | null>>;

export type DatabaseName = "content" | "accounts" | "journal";

interface TableBase {
  readonly database: DatabaseName;
  readonly table: string;
}

export interface FactTable extends TableBase {
  readonly type: "facts";
  /** The primary key: the order of rows in a backup. */
  readonly key: readonly string[];
  /** Columns that a backup holds. */
  readonly facts: readonly string[];
  /** Facts that may be NULL. */
  readonly nullable?: readonly string[];
  /** Facts with a default: a backup that is older than they are does not have them. */
  readonly defaulted?: readonly string[];
  /** Of which rows, in SQL; without it, all. The others are derived as `derived` says. */
  readonly which?: string;
  /** Columns that it does not hold, and what makes them. */
  readonly derived?: Readonly<Record<string, string>>;
  /** The row to store, from its facts: what has no default, until it is made afresh. */
  readonly complete?: (facts: TableRow) => TableRow;
  /** Migrations write to it, or a site without content: rows say nothing about being empty. */
  readonly isPreset?: true;
}

export interface DerivedTable extends TableBase {
  readonly type: "derived";
  /** What makes all of it. */
  readonly by: string;
}

const RENUMBERED = "renumberListings";

/** In the order in which they are restored: what others refer to comes first. */
export const TABLES: readonly (FactTable | DerivedTable)[] = [
  {
    type: "facts",
    database: "content",
    table: "site",
    key: ["id"],
    // Numbers that went back would make every page stored before look newer than its rows.
    facts: [
      ...["id", "commit_number", "applied", "refused"],
      ...["pages_written", "pages_unchanged", "pages_failed", "audited", "healed", "audited_at"],
      // How far the last tick had come.
      ...["rising_after", "rising_from"],
      // Of a backup from before there was one: nobody knows.
      "derived_by",
    ],
    nullable: ["rising_after"],
    defaulted: [
      "derived_by",
      "rising_from",
      "applied",
      "refused",
      "pages_written",
      "pages_unchanged",
      "pages_failed",
      "audited",
      "healed",
      "audited_at",
    ],
    derived: {
      bell_at: "the publisher",
      compiled: "npm run build",
      heard_at: "each commit",
      resumed_at: "each commit",
      ticked_at: "cron",
      audit_key: "the audit",
      taken_down_at: "the publisher",
      purge_due: "the publisher",
      purged_at: "the publisher",
      // A backup is written after the rows have been derived.
      derive_after: "deriveRows",
    },
    isPreset: true,
  },
  {
    type: "facts",
    database: "content",
    table: "community",
    key: ["key"],
    facts: ["key", "name", "title", "description", "creator", "created_at"],
  },
  {
    type: "facts",
    database: "content",
    table: "post",
    key: ["id"],
    facts: [
      ...["id", "community", "author", "title", "url", "link_key", "domains", "created_at"],
      // Imported votes are numbers without rows.
      ...["ups", "downs", "standing", "tallied_at", "data"],
    ],
    nullable: ["url", "link_key"],
    defaulted: ["domains", "tallied_at"],
    derived: {
      score: "toPostRow",
      hot: "toPostRow",
      controversial: "toPostRow",
      comments: RENUMBERED,
    },
    complete: (facts) => ({
      ...toPostRow(fromPostRow({ tallied_at: 0, ...facts, comments: 0 } as unknown as PostRow)),
    }),
  },
  {
    type: "facts",
    database: "content",
    table: "tally",
    key: ["post"],
    // The votes that it counts are rows already, and the post's sums do not have them yet.
    facts: ["post", "ups", "downs", "due"],
  },
  {
    type: "facts",
    database: "content",
    table: "vote",
    key: ["post", "user"],
    facts: ["user", "post", "value", "at", "event"],
  },
  {
    type: "facts",
    database: "content",
    table: "alias",
    key: ["id"],
    facts: ["id", "post"],
  },
  {
    type: "facts",
    database: "content",
    table: "comment",
    key: ["id"],
    facts: [
      ...["id", "post", "parent", "piece", "depth", "author", "created_at"],
      ...["ups", "downs", "standing", "data"],
    ],
    nullable: ["parent"],
  },
  {
    type: "facts",
    database: "content",
    table: "comment_vote",
    key: ["comment", "user"],
    facts: ["user", "comment", "value", "at", "event"],
  },
  {
    type: "facts",
    database: "content",
    table: "piece",
    key: ["post", "name"],
    // Chosen when comments arrive, by what the piece held then: nothing else says it again.
    facts: ["post", "name", "parent", "comments", "chars"],
    nullable: ["parent"],
    derived: { above: RENUMBERED, visible: RENUMBERED },
    complete: (facts) => ({ ...facts, visible: 0 }),
  },
  {
    type: "facts",
    database: "content",
    table: "person",
    key: ["key"],
    facts: ["key", "name", "created_at", "inbox_read", "session_epoch", "departure", "export_at"],
    nullable: ["departure"],
    defaulted: ["inbox_read", "session_epoch", "export_at"],
    derived: { post_karma: RENUMBERED, comment_karma: RENUMBERED },
    complete: (facts) => ({ ...facts, post_karma: 0, comment_karma: 0 }),
  },
  {
    type: "facts",
    database: "content",
    table: "entry",
    key: ["listing", "slot"],
    facts: ["listing", "slot", "created_at", "id"],
    // Private listings are logs: their order is when something was marked; so are those of
    // moderators. renumberListings makes all the others.
    which: "(listing GLOB '~*' OR listing GLOB '/r/*/about/log')",
  },
  {
    type: "facts",
    database: "content",
    table: "refusal",
    key: ["event"],
    facts: ["event", "user", "at", "type", "subject", "reason", "text"],
    defaulted: ["text"],
  },
  {
    type: "facts",
    database: "content",
    table: "mark",
    key: ["person", "kind", "thing"],
    facts: ["person", "kind", "thing", "is_set", "at", "event"],
  },
  {
    type: "facts",
    database: "content",
    table: "report",
    key: ["thing", "person"],
    facts: ["thing", "person", "reason", "at", "event", "community", "is_open"],
    defaulted: ["community", "is_open"],
  },
  {
    type: "facts",
    database: "content",
    table: "role",
    key: ["person", "community", "kind"],
    facts: ["person", "community", "kind", "is_set", "at", "event"],
  },
  {
    type: "facts",
    database: "content",
    table: "act",
    key: ["event"],
    facts: ["event", "community", "by", "kind", "thing", "person", "reason", "at"],
  },
  {
    type: "facts",
    database: "content",
    table: "leaving",
    key: ["person"],
    facts: ["person"],
  },
  {
    type: "facts",
    database: "content",
    table: "left_behind",
    key: ["person", "what"],
    facts: ["person", "what", "at"],
  },
  {
    type: "facts",
    database: "content",
    table: "asof",
    key: ["clock"],
    facts: ["clock", "at"],
    isPreset: true,
  },
  {
    type: "facts",
    database: "content",
    table: "window_list",
    key: ["listing"],
    // The order of the last tick: between two of them votes do not move anything.
    facts: ["listing", "posts"],
  },
  {
    type: "facts",
    database: "content",
    table: "window_dirty",
    key: ["scope"],
    facts: ["scope", "windows", "since"],
    isPreset: true,
  },
  {
    type: "facts",
    database: "content",
    table: "dead_letter",
    key: ["id"],
    facts: ["id", "at", "why", "body"],
  },
  { type: "derived", database: "content", table: "page", by: "npm run build" },
  { type: "derived", database: "content", table: "lease", by: "the publisher" },
  { type: "derived", database: "content", table: "moved", by: "each commit" },
  { type: "derived", database: "content", table: "domain_post", by: RENUMBERED },
  { type: "derived", database: "content", table: "status", by: "cron" },
  {
    type: "facts",
    database: "accounts",
    table: "account",
    key: ["name_key"],
    facts: ["name_key", "name", "password", "session_epoch", "created_at"],
    nullable: ["password"],
    defaulted: ["session_epoch"],
  },
  {
    type: "facts",
    database: "accounts",
    table: "community",
    key: ["name_key"],
    facts: ["name_key", "name", "creator", "created_at"],
  },
  {
    type: "facts",
    database: "journal",
    table: "accepted",
    key: ["event"],
    facts: ["event", "body"],
  },
];

export const FACT_TABLES: readonly FactTable[] = TABLES.filter((each) => each.type === "facts");

/** Its name in a backup: two databases have a table `community`. */
export function tableName({ database, table }: TableBase): string {
  return `${database}.${table}`;
}
