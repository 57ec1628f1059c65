/** What every statement shares: rows travel as one JSON parameter, because D1 binds at most 100. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";

/** D1 refuses strings above 2 MB; posts carry up to 160 KB of text. UTF-16 units. */
const MAX_JSON_LENGTH = 500_000;

/** Rows cut into JSON arrays that D1 takes as one parameter each; none for no rows. */
export function jsonChunks(rows: readonly unknown[], maxRows = 1000): string[] {
  const chunks: string[] = [];
  let chunk: string[] = [];
  let length = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (chunk.length === maxRows || (chunk.length > 0 && length + json.length > MAX_JSON_LENGTH)) {
      chunks.push(`[${chunk.join(",")}]`);
      chunk = [];
      length = 0;
    }
    chunk.push(json);
    length += json.length;
  }
  if (chunk.length > 0) chunks.push(`[${chunk.join(",")}]`);
  return chunks;
}

/**
 * A statement for each chunk of the rows; none for no rows.
 * @param sql takes them as `json_each(?1)`, and what else it is given as `?2` and so on
 */
export function bindChunks(
  db: D1Database,
  sql: string,
  rows: readonly unknown[],
  ...others: readonly (string | number)[]
): D1PreparedStatement[] {
  return jsonChunks(rows).map((json) => db.prepare(sql).bind(json, ...others));
}

/**
 * What a query answers about a list that may be of any length: no statement for an empty one, one for
 * a short one, and for a long one as many as it takes.
 * @param sql answers about the values of `json_each(?1)`, in their order if that matters
 */
export async function askInChunks<Row>(
  db: D1Database,
  sql: string,
  values: readonly unknown[],
  ...others: readonly number[]
): Promise<Row[]> {
  const statements = jsonChunks(values, Number.POSITIVE_INFINITY).map((json) =>
    db.prepare(sql).bind(json, ...others),
  );
  const answers = await Promise.all(statements.map((statement) => statement.all<Row>()));
  return answers.flatMap(({ results }) => results);
}

/** The same of each value once, in any order. */
export function askAbout<Row>(
  db: D1Database,
  sql: string,
  values: Iterable<unknown>,
  ...others: readonly number[]
): Promise<Row[]> {
  return askInChunks<Row>(db, sql, [...new Set(values)], ...others);
}

/** `a, b` → the same columns taken from a row of `json_each`. */
export function fromJson(columns: string): string {
  return columns.replace(/\w+/g, (column) => `value ->> '${column}'`);
}
