/** The posts of whole ranges of slots, with no more of each than its address takes. */
import type { D1Database } from "@cloudflare/workers-types";
import type { CommunityKey, PostId } from "../model/ids.ts";
import type { SlotRange } from "./slots.ts";

export interface Address {
  readonly id: PostId;
  readonly community: CommunityKey;
  readonly title: string;
}

interface AddressRow extends Address {
  readonly range: number;
}

/** For each range its visible posts, oldest first. */
export async function readAddresses(
  db: D1Database,
  ranges: readonly SlotRange[],
): Promise<Address[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS range, p.id, p.community, p.title FROM json_each(?1) q
       CROSS JOIN entry e ON e.listing = q.value ->> 'listing'
         AND e.slot BETWEEN q.value ->> 'from' AND q.value ->> 'to'
       CROSS JOIN post p ON p.id = e.id AND p.standing = 'visible' ORDER BY q.key, e.slot`,
    )
    .bind(JSON.stringify(ranges))
    .all<AddressRow>();
  const addresses = ranges.map((): Address[] => []);
  for (const { range, ...address } of results) addresses[range]?.push(address);
  return addresses;
}
