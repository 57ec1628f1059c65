/** The records at the beginning of CSV, up to the first that csv-parse refuses. Pure. */
import { CsvError, type InfoRecord, type Options, parse } from "csv-parse/sync";
import { MAX_ROW_BYTES } from "./rows.ts";

export interface CsvRecord<Value> {
  readonly value: Value;
  /** As it is in the file, with its line feed. */
  readonly written: Buffer;
}

export interface CsvRecords<Value> {
  readonly records: readonly CsvRecord<Value>[];
  /** What follows them: begins with the record that was refused, if any was. */
  readonly rest: Buffer;
  readonly failure: CsvError | null;
}

/** @typeParam Value an object if the options name the columns, an array of cells if not */
export function parseRecords<Value>(csv: Buffer, options: Options): CsvRecords<Value> {
  const records: CsvRecord<Value>[] = [];
  let rest = csv;
  // Unlike a result, records told one by one outlive a failure; they also tell where they end.
  const onRecord = (value: unknown, { bytes }: InfoRecord) => {
    const size = bytes - (csv.length - rest.length);
    if (size > MAX_ROW_BYTES) throw tooLong();
    records.push({ value: value as Value, written: rest.subarray(0, size) });
    rest = rest.subarray(size);
    return null;
  };
  try {
    parse(csv, {
      record_delimiter: ["\r\n", "\n"],
      skip_empty_lines: true,
      ...options,
      on_record: onRecord,
    });
    return { records, rest, failure: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const isEndless = error.code === "CSV_QUOTE_NOT_CLOSED" && rest.length > MAX_ROW_BYTES;
    return { records, rest, failure: isEndless ? tooLong() : error };
  }
}

/** csv-parse's own limit counts only what is between quotes and commas. */
function tooLong(): CsvError {
  return new CsvError("CSV_MAX_RECORD_SIZE", "");
}
