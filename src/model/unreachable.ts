/** Closes a switch over a tagged union: a forgotten case does not compile. Pure. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
