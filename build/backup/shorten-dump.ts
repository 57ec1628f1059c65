/**
 * Makes what `wrangler d1 export` has written fit to be read again: it has one statement for each row,
 * and D1 takes none that is longer than 100,000 bytes (developers.cloudflare.com/d1/platform/limits). A
 * long text is inserted with its beginning, and the rest is appended.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openTextFile } from "../import/file-text.ts";
import { BackupError } from "./backup-file.ts";
import { OWNER_ONLY } from "./export-site.ts";

/** UTF-8 bytes. */
const MOST_BYTES = 100_000;
/** Of one text in one statement; four bytes each at most. */
const PART_CHARS = 10_000;
/** What tells a row from others: among these is its key. Characters. */
const KEY_CHARS = 100;

/**
 * @returns how many statements were too long; the file changes only if there are any, and all of it could be read
 * @throws BackupError, UnreadableFileError
 */
export async function shortenDump(file: string): Promise<number> {
  if ((await openTextFile(file)).isGzip)
    throw new BackupError(`${file} is packed: unpack it first`);
  const partial = `${file}.partial`;
  let shortened = 0;
  async function* text() {
    for await (const statement of statementsOf(createReadStream(file, "utf8"))) {
      const parts = [...shortStatements(statement)];
      if (parts.length > 1) shortened++;
      yield* parts;
    }
  }
  await rm(partial, { force: true });
  try {
    await pipeline(
      Readable.from(text()),
      createWriteStream(partial, { flags: "wx", mode: OWNER_ONLY }),
    );
    await (shortened > 0 ? rename(partial, file) : rm(partial));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return shortened;
}

/** Each with its semicolon, and what stands before it; the last may have none. */
export async function* statementsOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    rest += chunk;
    for (let end = endOf(rest); end > 0; end = endOf(rest)) {
      yield rest.slice(0, end);
      rest = rest.slice(end);
    }
  }
  if (rest !== "") yield rest;
}

/** A text (with a quote in it: two of them), a name, a comment, or what lies between. */
const TOKEN = /'[^']*'|"[^"]*"|--[^\n]*\n|[^'";-]+|-(?!-)|;/y;

/** Past the first semicolon that is in no text, name or comment; 0 where there is none yet. */
function endOf(sql: string): number {
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(sql); token; token = TOKEN.exec(sql)) {
    if (token[0] === ";") return TOKEN.lastIndex;
  }
  return 0;
}

/** In a text's line breaks' place D1 has marks, and says what becomes of them. */
const VALUE = /(?:replace\()*'[^']*(?:''[^']*)*'(?:,'[^']*',char\(\d+\)\))*|[^,'()]+/g;

/** The same as one statement, or as several that are short enough. */
export function* shortStatements(statement: string): Generator<string> {
  if (Buffer.byteLength(statement) <= MOST_BYTES) {
    yield statement;
    return;
  }
  const [, table, names = "", list = ""] =
    /^\s*INSERT INTO "(\w+)" \(([^()]*)\) VALUES\((.*)\);\s*$/s.exec(statement) ?? [];
  const columns = names.split(",").map((name) => name.trim());
  const values = list.match(VALUE) ?? [];
  const where = columns
    .map((column, index) => `${column} = ${values[index]}`)
    .filter((_, index) => isKey(values[index] ?? ""))
    .join(" AND ");
  if (!where || columns.length !== values.length || values.join(",") !== list) {
    throw new BackupError(`neither short nor the row of a table: ${statement.slice(0, 80)}`);
  }
  const cut = values.map((value) => partsOf(value));
  yield `INSERT INTO "${table}" (${names}) VALUES(${cut.map(([first]) => first).join(",")});\n`;
  for (const [index, [, ...parts]] of cut.entries()) {
    for (const part of parts) {
      yield `UPDATE "${table}" SET ${columns[index]} = ${columns[index]} || ${part} WHERE ${where};\n`;
    }
  }
}

/** A number with a fraction may be another one when it is read again. */
function isKey(value: string): boolean {
  return value.length <= KEY_CHARS && (value.startsWith("'") || /^-?\d+$/.test(value));
}

/** Of a text; anything else is one. No character is cut in two. */
function partsOf(value: string): string[] {
  const [, quoted] = /^(?:replace\()*'([^']*(?:''[^']*)*)'/.exec(value) ?? [];
  if (quoted === undefined) return [value];
  let text = quoted.replaceAll("''", "'");
  for (const [, mark = "", code] of value.matchAll(/,'([^']*)',char\((\d+)\)\)/g)) {
    text = text.replaceAll(mark, String.fromCharCode(Number(code)));
  }
  const chars = [...text];
  const parts = [];
  for (let from = 0; from === 0 || from < chars.length; from += PART_CHARS) {
    parts.push(quotedText(chars.slice(from, from + PART_CHARS).join("")));
  }
  return parts;
}

/** As D1 does it: no statement has a line break in it. */
function quotedText(text: string): string {
  let quoted = `'${text.replaceAll("'", "''")}'`;
  for (const [char, name] of [
    ["\r", "r"],
    ["\n", "n"],
  ] as const) {
    if (!text.includes(char)) continue;
    let mark = `\\${name}`;
    for (let tried = 0; quoted.includes(mark); tried++) mark = `\\${name}${tried}\\`;
    quoted = `replace(${quoted.replaceAll(char, mark)},'${mark}',char(${char.charCodeAt(0)}))`;
  }
  return quoted;
}
