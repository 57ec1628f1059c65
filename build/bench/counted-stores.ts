/** The consumer's bindings, counting what Cloudflare bills. Depends on the bindings' types. */
import type {
  D1Database,
  D1Meta,
  D1PreparedStatement,
  D1Result,
  KVNamespace,
  Queue,
  R2Bucket,
} from "@cloudflare/workers-types";

export interface StoreCounts {
  rowsRead: number;
  rowsWritten: number;
  objectsWritten: number;
  /** Of R2, heads included. */
  storageReads: number;
  bells: number;
  /** Calls out of the Worker, of which an invocation may make 50 or 10,000. */
  subrequests: number;
  /** Of D1, those of a batch one by one. */
  statements: number;
  /** Of the whole database, after the last query. */
  databaseBytes: number;
}

export function noCounts(): StoreCounts {
  return {
    rowsRead: 0,
    rowsWritten: 0,
    objectsWritten: 0,
    storageReads: 0,
    bells: 0,
    subrequests: 0,
    statements: 0,
    databaseBytes: 0,
  };
}

export function countedDatabase(db: D1Database, counts: StoreCounts): D1Database {
  const reals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const add = ({ rows_read, rows_written, size_after }: D1Meta) => {
    counts.rowsRead += rows_read;
    counts.rowsWritten += rows_written;
    counts.databaseBytes = size_after;
  };
  const asked = async <Row>(real: D1PreparedStatement): Promise<D1Result<Row>> => {
    counts.subrequests++;
    counts.statements++;
    const answer = await real.all<Row>();
    add(answer.meta);
    return answer;
  };
  const counted = (real: D1PreparedStatement): D1PreparedStatement => {
    const statement = {
      bind: (...values: unknown[]) => counted(real.bind(...values)),
      all: () => asked(real),
      run: () => asked(real),
      // D1's own says nothing of rows.
      first: async (column?: string) => {
        const [row] = (await asked<Record<string, unknown>>(real)).results;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
    } as unknown as D1PreparedStatement;
    reals.set(statement, real);
    return statement;
  };
  return {
    prepare: (sql: string) => counted(db.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => {
      counts.subrequests++;
      counts.statements += statements.length;
      const answers = await db.batch(
        statements.map((each) => reals.get(each) as D1PreparedStatement),
      );
      for (const { meta } of answers) add(meta);
      return answers;
    },
  } as unknown as D1Database;
}

export function countedBucket(pages: R2Bucket, counts: StoreCounts): R2Bucket {
  const read = () => {
    counts.subrequests++;
    counts.storageReads++;
  };
  const bucket: Pick<R2Bucket, "get" | "head" | "list" | "put"> = {
    get: ((...asked: Parameters<R2Bucket["get"]>) => {
      read();
      return pages.get(...asked);
    }) as R2Bucket["get"],
    head: (key) => {
      read();
      return pages.head(key);
    },
    list: (options) => {
      read();
      return pages.list(options);
    },
    put: ((...put: Parameters<R2Bucket["put"]>) => {
      counts.subrequests++;
      counts.objectsWritten++;
      return pages.put(...put);
    }) as R2Bucket["put"],
  };
  return bucket as R2Bucket;
}

export function countedNamespace(site: KVNamespace, counts: StoreCounts): KVNamespace {
  const put = (...asked: Parameters<KVNamespace["put"]>) => {
    counts.subrequests++;
    return site.put(...asked);
  };
  const getWithMetadata = (...asked: Parameters<KVNamespace["getWithMetadata"]>) => {
    counts.subrequests++;
    return site.getWithMetadata(...asked);
  };
  return { put, getWithMetadata } as unknown as KVNamespace;
}

/** A queue in which nothing waits. */
export function countedEvents(counts: StoreCounts): Pick<Queue, "metrics"> {
  const metrics = async () => {
    counts.subrequests++;
    return { backlogCount: 0, backlogBytes: 0 };
  };
  return { metrics };
}

export function countedBell(counts: StoreCounts): Queue {
  const send = async () => {
    counts.subrequests++;
    counts.bells++;
  };
  return { send } as unknown as Queue;
}
