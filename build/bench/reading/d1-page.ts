/**
 * The front page as a good site of the usual kind would make it: asked from D1 for every request, by
 * one prepared statement over the index of that order, with the same template.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { Hono } from "hono";
import type { Community } from "../../../src/model/entities.ts";
import { PAGE_SIZE } from "../../../src/pages/key.ts";
import { listingHtml } from "../../../src/pages/listing-view.ts";
import { fromPostRow, type PostRow, SELECT_POST } from "../../../src/store/post-row.ts";

const app = new Hono<{ Bindings: { readonly DB: D1Database; readonly ORIGIN: string } }>();
let prepared: D1PreparedStatement | null = null;

app.get("/", async ({ env, html }) => {
  prepared ??= env.DB.prepare(
    `${SELECT_POST}, c.name AS community_name
       FROM post p CROSS JOIN community c ON c.key = p.community
       WHERE p.standing = 'visible'
       ORDER BY p.hot DESC, p.created_at DESC, p.id DESC LIMIT ${PAGE_SIZE + 1}`,
  );
  const { results } = await prepared.all<PostRow & { readonly community_name: string }>();
  const posts = results.map(fromPostRow);
  // Of a community the page shows the name alone.
  const communities = new Map(
    results.map(({ community, community_name: name }) => {
      const key = community as Community["key"];
      return [key, { key, name, title: "", description: "", creator: "", createdAt: 0 }];
    }),
  );
  const page = { scope: null, tab: "hot", key: "/", page: 1, communities } as const;
  const neighbours = { before: null, after: posts.length > PAGE_SIZE ? "/hot/2" : null };
  const shown = { ...page, ...neighbours, posts: posts.slice(0, PAGE_SIZE) };
  return html(listingHtml(shown, { origin: env.ORIGIN, admins: [] }));
});

export default app;
