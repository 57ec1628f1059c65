/** Who is behind an IP address, as far as limits of rate are concerned. Pure. */

/** Whoever has one IPv6 address has the others of its /64 too: 64 bits are four groups. */
const GROUPS_OF_NETWORK = 4;
/** Of 16 bits, in an IPv6 address. */
const GROUPS = 8;

/**
 * An IPv4 address as it is, also one that is written as IPv6; of an IPv6 address the first half. What
 * is no address is left alone.
 */
export function networkOf(address: string): string {
  const groups = address.includes(":") ? groupsOf(address) : null;
  if (!groups) return address;
  if (/^(?:0 ){5}ffff /.test(groups.join(" "))) return mappedAddress(groups.slice(-2));
  return `${groups.slice(0, GROUPS_OF_NETWORK).join(":")}::/64`;
}

/** Eight numbers in hex, without leading zeros; `URL` knows all ways to write them. */
function groupsOf(address: string): readonly string[] | null {
  const host = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (host === undefined) return null;
  const [before = [], after = []] = host.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = new Array<string>(GROUPS - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after];
}

function mappedAddress(groups: readonly string[]): string {
  const bytes = groups.map((group) => Number.parseInt(group, 16)).flatMap((n) => [n >> 8, n & 255]);
  return bytes.join(".");
}
