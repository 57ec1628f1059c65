/** A page that no event changes: one key, kept in KV, written anew when a deploy changes it. */
import { definePage, type PageType, type Rendered, type Site } from "./page-type.ts";

export function defineDeployPage(
  name: string,
  key: string,
  view: (site: Site) => Rendered,
): PageType {
  return definePage<object, object>({
    name,
    path: key,
    tier: "deploy",
    parse: (candidate) => (candidate === key ? {} : null),
    lane: () => "slow",
    affectedBy: () => [],
    async *every() {
      yield key;
    },
    load: async (_, params) => params,
    view: (_, __, site) => view(site),
  });
}
