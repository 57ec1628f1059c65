/**
 * What Cloudflare asks, as of November 2026, in dollars. Read off copies of the price pages
 * developers.cloudflare.com/{workers,r2,kv,queues,d1}/platform/pricing (R2: /r2/pricing).
 */

/** What is billed by the month. CPU in milliseconds, storage in bytes kept for a month. */
export interface Usage {
  readonly requests: number;
  readonly cpuMs: number;
  readonly objectWrites: number;
  readonly objectReads: number;
  readonly objectBytes: number;
  readonly kvReads: number;
  readonly kvWrites: number;
  readonly queueOperations: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly databaseBytes: number;
}

export type Billed = keyof Usage;

const MILLION = 1e6;
const GIGABYTE = 1e9;

interface Price {
  readonly label: string;
  readonly dollars: number;
  /** For so many. */
  readonly per: number;
  /** In the $5 of the paid plan, by the month. */
  readonly included: number;
}

export const PLAN_DOLLARS = 5;

export const PRICES: Readonly<Record<Billed, Price>> = {
  requests: { label: "requests", dollars: 0.3, per: MILLION, included: 10 * MILLION },
  cpuMs: { label: "CPU", dollars: 0.02, per: MILLION, included: 30 * MILLION },
  objectWrites: { label: "R2 writes", dollars: 4.5, per: MILLION, included: MILLION },
  objectReads: { label: "R2 reads", dollars: 0.36, per: MILLION, included: 10 * MILLION },
  objectBytes: { label: "R2 storage", dollars: 0.015, per: GIGABYTE, included: 10 * GIGABYTE },
  kvReads: { label: "KV reads", dollars: 0.5, per: MILLION, included: 10 * MILLION },
  kvWrites: { label: "KV writes", dollars: 5, per: MILLION, included: MILLION },
  queueOperations: { label: "queues", dollars: 0.4, per: MILLION, included: MILLION },
  rowsRead: { label: "D1 rows read", dollars: 0.001, per: MILLION, included: 25_000 * MILLION },
  rowsWritten: { label: "D1 rows written", dollars: 1, per: MILLION, included: 50 * MILLION },
  databaseBytes: { label: "D1 storage", dollars: 0.75, per: GIGABYTE, included: 5 * GIGABYTE },
};

/** Of one database: developers.cloudflare.com/d1/platform/limits. */
export const MOST_DATABASE_BYTES = 10 * GIGABYTE;

export const BILLED = Object.keys(PRICES) as Billed[];

/** What the free plan gives by the day; R2 and storage by the month. */
export const FREE_DAILY: Readonly<Partial<Record<Billed, number>>> = {
  requests: 100_000,
  kvReads: 100_000,
  kvWrites: 1000,
  queueOperations: 10_000,
  rowsRead: 5 * MILLION,
  rowsWritten: 100_000,
};
export const FREE_MONTHLY: Readonly<Partial<Record<Billed, number>>> = {
  objectWrites: MILLION,
  objectReads: 10 * MILLION,
  objectBytes: 10 * GIGABYTE,
  databaseBytes: 0.5 * GIGABYTE,
};

/** What one invocation may do on the free plan: developers.cloudflare.com/workers/platform/limits. */
export const FREE_CPU_MS = 10;
export const FREE_SUBREQUESTS = 50;

/** Durable Objects with SQLite, by the day: developers.cloudflare.com/durable-objects/platform/pricing. */
export const FREE_OBJECT_REQUESTS = 100_000;
export const FREE_OBJECT_GB_SECONDS = 13_000;
/** What an object is billed to have while it answers, whatever it uses. */
export const OBJECT_GB = 0.128;
/** Of one request, on either plan: developers.cloudflare.com/durable-objects/platform/limits. */
export const FREE_OBJECT_CPU_MS = 30_000;
