/**
 * The local state (D1, R2, KV under CAIRN_STATE) opened from Node, for scripts that need it to
 * themselves. Bindings come from wrangler.toml's `dev` environment, so they are what `wrangler dev`
 * will serve. Depends on miniflare, the simulator that wrangler itself runs.
 */
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { D1Database, KVNamespace, R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Databases } from "../src/store/facts.ts";
import { contentFileOf } from "./content-file.ts";

/** When each object of R2 was put, in milliseconds since 1970, by key. */
export type StoredObjects = ReadonlyMap<string, number>;

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
  /** The address of build/storekeeper. */
  readonly storekeeper: string;
  /** Everything in `pages`. */
  listStored(): Promise<StoredObjects>;
  dispose(): Promise<void>;
}

/** The modules of the Worker that lists and puts; the first is the main one. */
const STOREKEEPER = [
  "build/storekeeper.ts",
  "build/page-parcel.ts",
  "src/pages/publish.ts",
  "src/pages/storage.ts",
];

/** Where wrangler keeps D1, R2 and KV in a state directory. */
export const STORES = "v3";

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
          modules: STOREKEEPER.map((path) => ({
            type: "ESModule",
            path,
            contents: stripTypeScriptTypes(readFileSync(path, "utf8")),
          })),
          compatibilityDate: workerOptions.compatibilityDate,
          d1Databases,
          r2Buckets,
          kvNamespaces,
        },
      ],
    } as V4MiniflareOptions),
  );
  const storekeeper = (await miniflare.ready).href;
  const { DB } = d1Databases as { readonly DB: { readonly id: string } };
  return {
    db: holdStatements((await miniflare.getD1Database("DB")) as unknown as D1Database),
    accounts: holdStatements((await miniflare.getD1Database("ACCOUNTS")) as unknown as D1Database),
    journal: holdStatements((await miniflare.getD1Database("JOURNAL")) as unknown as D1Database),
    pages: (await miniflare.getR2Bucket("PAGES")) as unknown as R2Bucket,
    site: (await miniflare.getKVNamespace("SITE")) as unknown as KVNamespace,
    stateDir,
    contentFile: contentFileOf(stateDir, DB.id),
    storekeeper,
    listStored: () => listStored(storekeeper),
    dispose: () => miniflare.dispose(),
  };
}

/** A thousand objects an answer, in the order of their keys. */
async function listStored(storekeeper: string): Promise<StoredObjects> {
  const stored = new Map<string, number>();
  let after: string | undefined;
  while (true) {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    const listed = (await (await fetch(storekeeper + query)).json()) as [string, number][];
    for (const [key, putAt] of listed) stored.set(key, putAt);
    after = listed.at(-1)?.[0];
    if (after === undefined) return stored;
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
