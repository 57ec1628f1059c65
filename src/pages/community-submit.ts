/** The submit form of one community, with its name filled in: needs no script. */
import type { Community } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import { splitScope, submitKey } from "./key.ts";
import { definePage, pageOf } from "./page-type.ts";
import { renderTemplate } from "./templates.ts";

export const communitySubmitPage = definePage<CommunityKey, Community>({
  name: "community submit",
  path: "/r/{community}/submit",
  tier: "write",
  parse(key) {
    const { scope, rest } = splitScope(key);
    return rest === "/submit" ? scope : null;
  },
  lane: () => "fast",
  affectedBy: (change) => change.communities.map(({ key }) => submitKey(key)),
  async *every(reads) {
    for (const { key } of await reads.allCommunities()) yield submitKey(key);
  },
  async load(reads, keys) {
    const communities = await reads.communities(keys);
    return keys.map((key) => communities.get(key) ?? null);
  },
  view(key, community, site) {
    const body = renderTemplate("form-page", {
      title: `Submit to r/${community.name}`,
      canonical: site.origin + submitKey(key),
      form: "submit",
      values: { sr: community.name },
      errors: {},
      message: "",
    });
    return pageOf({ type: "html", body });
  },
});
