/** Whether a client takes gzip. Pure, but for remembering what it was asked. */

/** Then all are forgotten: browsers send a handful of lists, whoever sends more makes them up. */
const MAX_LISTS = 100;

const answers = new Map<string, boolean>();

/** @param accepted the value of an `Accept-Encoding` header */
export function allowsGzip(accepted: string): boolean {
  const known = answers.get(accepted);
  if (known !== undefined) return known;
  if (answers.size >= MAX_LISTS) answers.clear();
  const answer = parse(accepted);
  answers.set(accepted, answer);
  return answer;
}

const GZIP = /^\s*(?<name>gzip|\*)\s*(?:;\s*q=(?<weight>[\d.]+)\s*)?$/i;

/** What is said of gzip itself counts more than what is said of any coding. */
function parse(accepted: string): boolean {
  const codings = accepted.split(",").map((coding) => GZIP.exec(coding)?.groups);
  const found = ["gzip", "*"].map((name) =>
    codings.find((coding) => coding?.name?.toLowerCase() === name),
  );
  const coding = found[0] ?? found[1];
  return coding !== undefined && Number(coding.weight ?? 1) > 0;
}
