/** One text for what two texts name together: the key of a map. Pure. */

export function refKey(owner: string, name: string): string {
  return `${owner} ${name}`;
}
