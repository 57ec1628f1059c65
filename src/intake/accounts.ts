/**
 * The names of people and communities, in ACCOUNTS: all of intake's SQL. Names are unique without
 * regard to case; the primary key decides between two that come at once.
 */
import type { D1Database } from "@cloudflare/workers-types";

export interface Account {
  /** As registered. */
  readonly name: string;
  /** As `hashPassword` wrote it; null for an imported author or a deleted account: nobody can log in. */
  readonly password: string | null;
  /** A session of another epoch has ended. */
  readonly sessionEpoch: number;
  /** Its end was asked for and may have been sent on: nothing but that is accepted of it. */
  readonly isClosing: boolean;
}

/** Stands before the password of an account that is closing. */
const CLOSING = "closing ";

/**
 * Of an account whose event is not sent yet: its name is taken, and nobody can log in to it. A session
 * begun before would go on in the account of whoever takes the name if the queue refuses the event.
 */
const UNOPENED_EPOCH = -1;
/** Every opened account's first. */
const FIRST_EPOCH = 0;

/** Null also for one that is not open yet. */
export async function findAccount(accounts: D1Database, name: string): Promise<Account | null> {
  const row = await accounts
    .prepare(
      `SELECT name, password, session_epoch AS sessionEpoch FROM account
       WHERE name_key = ?1 AND session_epoch <> ${UNOPENED_EPOCH}`,
    )
    .bind(name.toLowerCase())
    .first<Omit<Account, "isClosing">>();
  if (row?.password?.startsWith(CLOSING)) {
    return { ...row, password: row.password.slice(CLOSING.length), isClosing: true };
  }
  return row && { ...row, isClosing: false };
}

/** Whether the event of a name taken so long ago got through is certain to be known by then. */
const UNDER_WAY_SECONDS = 60;

/**
 * Takes the name for an account that `openAccount` opens. One that was taken a while ago, and never
 * opened, counts as free: the request must have died.
 * @param createdAt seconds since 1970
 * @returns whether the name was free; it is taken now in any case
 */
export async function addAccount(
  accounts: D1Database,
  name: string,
  password: string,
  createdAt: number,
): Promise<boolean> {
  const { meta } = await accounts
    .prepare(
      `INSERT INTO account (name_key, name, password, session_epoch, created_at)
       VALUES (?1, ?2, ?3, ${UNOPENED_EPOCH}, ?4)
       ON CONFLICT DO UPDATE SET name = excluded.name, password = excluded.password,
         created_at = excluded.created_at
       WHERE session_epoch = ${UNOPENED_EPOCH}
         AND created_at < excluded.created_at - ${UNDER_WAY_SECONDS}`,
    )
    .bind(name.toLowerCase(), name, password, createdAt)
    .run();
  return meta.changes === 1;
}

/**
 * @param password as it was added: no two hashes are the same
 * @returns null when the name has been given to somebody else meanwhile
 */
export async function openAccount(
  accounts: D1Database,
  name: string,
  password: string,
): Promise<Pick<Account, "name" | "sessionEpoch"> | null> {
  return accounts
    .prepare(
      `UPDATE account SET session_epoch = ${FIRST_EPOCH}
       WHERE name_key = ?1 AND password = ?2 AND session_epoch = ${UNOPENED_EPOCH}
       RETURNING name, session_epoch AS sessionEpoch`,
    )
    .bind(name.toLowerCase(), password)
    .first<Pick<Account, "name" | "sessionEpoch">>();
}

/**
 * Raises the epoch with the password, so that no session outlives the old one.
 * @returns the new epoch; null when the account has left the given one, and nothing is changed
 */
export async function replacePassword(
  accounts: D1Database,
  { name, sessionEpoch }: Pick<Account, "name" | "sessionEpoch">,
  password: string,
): Promise<number | null> {
  return accounts
    .prepare(
      `UPDATE account SET password = ?3, session_epoch = session_epoch + 1
       WHERE name_key = ?1 AND session_epoch = ?2 RETURNING session_epoch`,
    )
    .bind(name.toLowerCase(), sessionEpoch, password)
    .first<number>("session_epoch");
}

/**
 * Before the event of its end is sent: every session ends, and whoever logs in again can ask for nothing
 * else. So if the request dies on the way, nothing is accepted that an account which has ended would say.
 * @returns the new epoch; null when the account has left the given one, and nothing is changed
 */
export async function beginClosing(
  accounts: D1Database,
  { name, sessionEpoch, isClosing }: Account,
): Promise<number | null> {
  return accounts
    .prepare(
      `UPDATE account SET session_epoch = session_epoch + 1, password = ?3 || password
       WHERE name_key = ?1 AND session_epoch = ?2 AND password IS NOT NULL RETURNING session_epoch`,
    )
    .bind(name.toLowerCase(), sessionEpoch, isClosing ? "" : CLOSING)
    .first<number>("session_epoch");
}

/**
 * The event could not be sent: all is as it was before `beginClosing`, and its sessions go on.
 * @param epoch the one that it returned
 */
export async function keepOpen(accounts: D1Database, name: string, epoch: number): Promise<void> {
  await accounts
    .prepare(
      `UPDATE account SET session_epoch = ?2 - 1, password = substr(password, ${CLOSING.length + 1})
       WHERE name_key = ?1 AND session_epoch = ?2`,
    )
    .bind(name.toLowerCase(), epoch)
    .run();
}

/**
 * Nobody can log in to it any more; its name stays taken.
 * @param epoch as `beginClosing` returned it
 */
export async function closeAccount(
  accounts: D1Database,
  name: string,
  epoch: number,
): Promise<void> {
  await accounts
    .prepare("UPDATE account SET password = NULL WHERE name_key = ?1 AND session_epoch = ?2")
    .bind(name.toLowerCase(), epoch)
    .run();
}

/** Frees the name of a person whose event could not be sent. */
export async function removeAccount(
  accounts: D1Database,
  name: string,
  password: string,
): Promise<void> {
  await accounts
    .prepare(
      `DELETE FROM account
       WHERE name_key = ?1 AND password = ?2 AND session_epoch = ${UNOPENED_EPOCH}`,
    )
    .bind(name.toLowerCase(), password)
    .run();
}

/** The community's name as registered; null when there is none. */
export async function findCommunity(accounts: D1Database, name: string): Promise<string | null> {
  return accounts
    .prepare("SELECT name FROM community WHERE name_key = ?1")
    .bind(name.toLowerCase())
    .first<string>("name");
}

/**
 * A name that the same person took a while ago counts as free: the request may have died before it
 * sent its event. If it had not, the consumer refuses the second one.
 * @param createdAt seconds since 1970
 * @returns whether the name was free
 */
export async function addCommunity(
  accounts: D1Database,
  name: string,
  creator: string,
  createdAt: number,
): Promise<boolean> {
  const { meta } = await accounts
    .prepare(
      `INSERT INTO community (name_key, name, creator, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT DO UPDATE SET creator = excluded.creator
       WHERE creator = excluded.creator
         AND created_at < excluded.created_at - ${UNDER_WAY_SECONDS}`,
    )
    .bind(name.toLowerCase(), name, creator, createdAt)
    .run();
  return meta.changes === 1;
}

/** Frees the name of a community whose event could not be sent, unless it was taken before. */
export async function removeCommunity(
  accounts: D1Database,
  name: string,
  createdAt: number,
): Promise<void> {
  await accounts
    .prepare("DELETE FROM community WHERE name_key = ?1 AND created_at = ?2")
    .bind(name.toLowerCase(), createdAt)
    .run();
}
