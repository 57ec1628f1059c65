/** All databases with their tables, before each file of tests. */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

await applyD1Migrations(env.DB, env.TEST_CONTENT_MIGRATIONS);
await applyD1Migrations(env.ACCOUNTS, env.TEST_ACCOUNTS_MIGRATIONS);
await applyD1Migrations(env.JOURNAL, env.TEST_JOURNAL_MIGRATIONS);
