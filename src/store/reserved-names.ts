/** Names that imports bring, in the database of accounts: nobody may register them. */
import type { D1Database } from "@cloudflare/workers-types";
import { bindChunks } from "./statements.ts";

/** A name that nobody can register any more. */
export interface ReservedName {
  readonly nameKey: string;
  readonly name: string;
  /** Seconds since 1970; of several, the oldest counts. */
  readonly createdAt: number;
}

/** Begun by requests that died: see intake/accounts. Who imports is alone with the databases. */
const FORGET_UNOPENED = "DELETE FROM account WHERE session_epoch < 0";

/** Without a password nobody can log in. */
const RESERVE_PEOPLE = `INSERT INTO account (name_key, name, password, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', NULL, value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE password IS NULL AND excluded.created_at < created_at`;

const RESERVE_COMMUNITIES = `INSERT INTO community (name_key, name, creator, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', '', value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE creator = '' AND excluded.created_at < created_at`;

/** @param accounts the database of names, which is not the one of content */
export async function reserveNames(
  accounts: D1Database,
  people: readonly ReservedName[],
  communities: readonly ReservedName[],
): Promise<void> {
  await accounts.batch([
    accounts.prepare(FORGET_UNOPENED),
    ...bindChunks(accounts, RESERVE_PEOPLE, people),
    ...bindChunks(accounts, RESERVE_COMMUNITIES, communities),
  ]);
}
