/** The content database. Others hold it and pass it on; only this folder speaks SQL to it. */
import type { D1Database } from "@cloudflare/workers-types";

export type ContentDb = D1Database;
