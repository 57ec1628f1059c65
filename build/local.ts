/**
 * The local state (D1, R2, KV under CAIRN_STATE) opened from Node, for scripts that need it to
 * themselves. Bindings come from wrangler.toml's `dev` environment, so they are what `wrangler dev`
 * will serve. Depends on miniflare, the simulator that wrangler itself runs.
 */
import { join } from "node:path";
import type { D1Database, KVNamespace, R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Databases } from "../src/store/facts.ts";
import { type ObjectPaths, objectPathsOf } from "./object-files.ts";
import { STORES, sqliteFileOf } from "./simulator-files.ts";

export interface LocalState {
  readonly stateDir: string;
  /** That of `db`. */
  readonly contentFile: string;
  readonly db: D1Database;
  readonly accounts: D1Database;
  /** Accepted and not applied yet. */
  readonly journal: D1Database;
  readonly pages: R2Bucket;
  readonly site: KVNamespace;
  /** Those of `pages`. */
  readonly objects: ObjectPaths;
  dispose(): Promise<void>;
}

/** As src/store/tables.ts names them. */
export function databasesOf({ db, accounts, journal }: LocalState): Databases {
  return { content: db, accounts, journal };
}

/** @param stateDir as `wrangler dev --persist-to` means it */
export async function openLocalState(stateDir: string): Promise<LocalState> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml", "dev");
  const { d1Databases, r2Buckets, kvNamespaces } = workerOptions;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(stateDir, STORES),
      workers: [
        {
          name: "local",
          modules: true,
          script: "export default {}",
          compatibilityDate: workerOptions.compatibilityDate,
          d1Databases,
          r2Buckets,
          kvNamespaces,
        },
      ],
    } as V4MiniflareOptions),
  );
  const { DB } = d1Databases as { readonly DB: { readonly id: string } };
  const { PAGES } = r2Buckets as { readonly PAGES: { readonly id: string } };
  const pages = (await miniflare.getR2Bucket("PAGES")) as unknown as R2Bucket;
  const objects = objectPathsOf(stateDir, PAGES.id);
  // The first question makes the bucket, or what is missing of it.
  await pages.head("/");
  return {
    db: holdStatements((await miniflare.getD1Database("DB")) as unknown as D1Database),
    accounts: holdStatements((await miniflare.getD1Database("ACCOUNTS")) as unknown as D1Database),
    journal: holdStatements((await miniflare.getD1Database("JOURNAL")) as unknown as D1Database),
    pages,
    site: (await miniflare.getKVNamespace("SITE")) as unknown as KVNamespace,
    stateDir,
    contentFile: sqliteFileOf(stateDir, "d1", DB.id),
    objects,
    dispose: () => miniflare.dispose(),
  };
}

/** Open while `work` needs it. */
export async function withLocalState<Result>(
  stateDir: string,
  work: (state: LocalState) => Promise<Result>,
): Promise<Result> {
  const state = await openLocalState(stateDir);
  try {
    return await work(state);
  } finally {
    await state.dispose();
  }
}

/**
 * Miniflare forgets a statement that Node has collected, even while a batch with it is still on its
 * way, as on a busy machine: so the statements of a batch are held until it is answered.
 */
function holdStatements(db: D1Database): D1Database {
  const held = new Set<object>();
  const batch: D1Database["batch"] = async (statements) => {
    held.add(statements);
    try {
      return await db.batch(statements);
    } finally {
      held.delete(statements);
    }
  };
  return new Proxy(db, {
    get: (_, name) => (name === "batch" ? batch : db[name as keyof D1Database]),
  });
}
