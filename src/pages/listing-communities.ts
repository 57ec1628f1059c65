/** The communities that a set of listing pages shows, in one query. */
import type { Community, Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import { isDomainScope, type Scope } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";

export function readCommunitiesOf(
  reads: Reads,
  params: readonly { readonly scope: Scope }[],
  posts: readonly Post[],
): Promise<ReadonlyMap<CommunityKey, Community>> {
  const keys = new Set<CommunityKey>();
  for (const { scope } of params) if (scope !== null && !isDomainScope(scope)) keys.add(scope);
  for (const { community } of posts) keys.add(community);
  return reads.communities([...keys]);
}
