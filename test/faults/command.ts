/**
 * Databases and storage that fail on command: an order says which calls fail, how often, how, and
 * whether before or after their effect. Errors read as Cloudflare's do.
 */
import type {
  D1Database,
  D1PreparedStatement,
  KVNamespace,
  R2Bucket,
} from "@cloudflare/workers-types";

export interface Call {
  readonly target: "d1" | "r2" | "kv";
  readonly kind: "all" | "first" | "run" | "batch" | "head" | "get" | "list" | "put";
  /** The key, or the statements with what is bound to them. */
  readonly about: string;
}

/**
 * `before`, `after`: of its effect, the call fails. `crash before`, `crash after`: so does every
 * later call of the invocation, and nothing it says is heard any more.
 */
export type Way = "before" | "after" | "crash before" | "crash after";

export interface Order {
  readonly fails: (call: Call) => boolean;
  readonly way: Way;
  readonly error?: string;
  /** Of the calls it is about, only the one of this number, beginning with 1; all without. */
  readonly nth?: number;
}

export const D1_OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
export const R2_TOO_FAST = "put: Reduce your concurrent request rate for the same object. (10058)";
export const R2_INTERNAL = "put: We encountered an internal error. Please try again. (10001)";
export const R2_UNAVAILABLE = "head: Service temporarily unavailable. (10043)";

export class Commands {
  /** The invocation has crashed. */
  isDead = false;
  #orders: { readonly order: Order; seen: number }[] = [];
  readonly #watchers: ((call: Call) => void)[] = [];

  order(order: Order): void {
    this.#orders.push({ order, seen: 0 });
  }

  get areGiven(): boolean {
    return this.#orders.length > 0;
  }

  /** Ends all orders. */
  heal(): void {
    this.#orders = [];
  }

  /** Tells of every call that took effect. */
  watch(watcher: (call: Call) => void): void {
    this.#watchers.push(watcher);
  }

  async run<Result>(call: Call, effect: () => Promise<Result>): Promise<Result> {
    if (this.isDead) throw new Error("nobody is there any more");
    const failing = this.#failing(call);
    if (failing?.way === "crash before") this.isDead = true;
    if (failing?.way === "before" || failing?.way === "crash before") throw errorOf(failing);
    const result = await effect();
    for (const watcher of this.#watchers) watcher(call);
    if (failing?.way === "crash after") this.isDead = true;
    if (failing) throw errorOf(failing);
    return result;
  }

  #failing(call: Call): Order | undefined {
    let failing: Order | undefined;
    for (const given of this.#orders) {
      if (!given.order.fails(call)) continue;
      given.seen++;
      if (given.order.nth === undefined || given.order.nth === given.seen) failing ??= given.order;
    }
    return failing;
  }
}

function errorOf({ error, way }: Order): Error {
  return new Error(error ?? `failed on command, ${way} its effect`);
}

export function commandedD1(db: D1Database, commands: Commands): D1Database {
  const real = new WeakMap<object, { about: string; statement: D1PreparedStatement }>();
  const wrap = (about: string, statement: D1PreparedStatement): D1PreparedStatement => {
    const run = <Result>(kind: Call["kind"], effect: () => Promise<Result>) =>
      commands.run({ target: "d1", kind, about }, effect);
    const wrapped = {
      bind: (...values: unknown[]) =>
        wrap(`${about} ${JSON.stringify(values)}`, statement.bind(...values)),
      all: () => run("all", () => statement.all()),
      run: () => run("run", () => statement.run()),
      first: (column?: string) =>
        run("first", () => (column === undefined ? statement.first() : statement.first(column))),
    } as unknown as D1PreparedStatement;
    real.set(wrapped, { about, statement });
    return wrapped;
  };
  const database = {
    prepare: (sql: string) => wrap(sql, db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => {
      const behind = statements.flatMap((each) => real.get(each) ?? []);
      const about = behind.map((each) => each.about).join("\n");
      return commands.run({ target: "d1", kind: "batch", about }, () =>
        db.batch(behind.map(({ statement }) => statement)),
      );
    },
  };
  return database as unknown as D1Database;
}

export function commandedBucket(bucket: R2Bucket, commands: Commands): R2Bucket {
  const call = (kind: Call["kind"], about: string): Call => ({ target: "r2", kind, about });
  const wrapped = {
    head: (key: string) => commands.run(call("head", key), () => bucket.head(key)),
    list: (options: never) => commands.run(call("list", ""), () => bucket.list(options)),
    get: (key: string) => commands.run(call("get", key), () => bucket.get(key)),
    put: (key: string, body: never, options: never) =>
      commands.run(call("put", key), () => bucket.put(key, body, options)),
  };
  return wrapped as unknown as R2Bucket;
}

export function commandedNamespace(namespace: KVNamespace, commands: Commands): KVNamespace {
  const call = (kind: Call["kind"], about: string): Call => ({ target: "kv", kind, about });
  const wrapped = {
    getWithMetadata: (key: string, type: never) =>
      commands.run(call("get", key), () => namespace.getWithMetadata(key, type)),
    put: (key: string, body: never, options: never) =>
      commands.run(call("put", key), () => namespace.put(key, body, options)),
  };
  return wrapped as unknown as KVNamespace;
}
