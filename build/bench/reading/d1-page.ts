/**
 * The front page as most sites would make it: asked from D1 for every request, by the same prepared
 * statements, over the same index, with the same template.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { Hono } from "hono";
import { PAGE_SIZE } from "../../../src/pages/key.ts";
import { listingHtml } from "../../../src/pages/listing-view.ts";
import { openReads } from "../../../src/store/reads.ts";

const app = new Hono<{ Bindings: { readonly DB: D1Database } }>();

app.get("/", async (context) => {
  const reads = openReads(context.env.DB);
  const slice = { ranking: "hot", scope: null, from: 0, count: PAGE_SIZE + 1 } as const;
  const [posts = []] = await reads.rankedSlices([slice]);
  const communities = await reads.communities(posts.map(({ community }) => community));
  const page = { scope: null, tab: "hot", key: "/", page: 1, communities } as const;
  const neighbours = { before: null, after: posts.length > PAGE_SIZE ? "/hot/2" : null };
  const shown = { ...page, ...neighbours, posts: posts.slice(0, PAGE_SIZE) };
  return context.html(listingHtml(shown, { origin: "http://localhost:8787", admins: [] }));
});

export default app;
