/**
 * Brings the local databases up to date. Applied migrations are remembered as wrangler does, so
 * that `wrangler d1 migrations apply` may be used as well.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import type { LocalState } from "./local.ts";

/** Wrangler's own table. */
const CREATE_APPLIED = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

const MIGRATIONS = join(import.meta.dirname, "../migrations");

export type Databases = Pick<LocalState, "db" | "accounts" | "journal">;

/** @returns the names of the migrations that were applied now */
export async function migrate(state: Databases): Promise<string[]> {
  const done: string[] = [];
  for (const [db, folder] of foldersOf(state)) {
    const pending = await pendingOf(db, folder);
    for (const name of pending) await applyMigration(db, join(folder, name), name);
    done.push(...pending);
  }
  return done;
}

/** Are the databases of an earlier version? */
export async function isBehind(state: Databases): Promise<boolean> {
  const pending = foldersOf(state).map(([db, folder]) => pendingOf(db, folder));
  return (await Promise.all(pending)).flat().length > 0;
}

function foldersOf({ db, accounts, journal }: Databases): [LocalState["db"], string][] {
  return [
    [db, join(MIGRATIONS, "content")],
    [accounts, join(MIGRATIONS, "accounts")],
    [journal, join(MIGRATIONS, "journal")],
  ];
}

/** In the order in which they are to be applied. */
async function pendingOf(db: LocalState["db"], folder: string): Promise<string[]> {
  await db.prepare(CREATE_APPLIED).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return names.filter((name) => !applied.has(name));
}

/** All of a migration or, if one of its statements fails, nothing. */
async function applyMigration(db: LocalState["db"], path: string, name: string): Promise<void> {
  const statements = unstable_splitSqlQuery(await readFile(path, "utf8"));
  await db.batch([
    ...statements.map((sql) => db.prepare(sql)),
    db.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name),
  ]);
}
