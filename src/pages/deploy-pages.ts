/**
 * Pages that no event changes: forms, about, errors, robots. One key each, kept in KV, written anew
 * when a deploy or a configuration changes them.
 */
import { DEPLOY_KEYS, SITEMAP_KEY } from "./key.ts";
import {
  definePage,
  type PageType,
  type Rendered,
  type Representation,
  type Site,
} from "./page-type.ts";
import { renderTemplate } from "./templates.ts";

interface DeployPage {
  readonly name: string;
  readonly key: string;
  readonly status?: 200 | 404;
  view(site: Site): Representation;
}

function defineDeployPage({ name, key, status = 200, view }: DeployPage): PageType {
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
    view: (_, __, site): Rendered => ({
      type: "page",
      status,
      path: null,
      representations: [view(site)],
    }),
  });
}

function html(template: string, view: object): Representation {
  return { type: "html", body: renderTemplate(template, view) };
}

function form(form: string, title: string, canonical: string): Representation {
  return html("form-page", { title, canonical, form, values: {}, errors: {}, message: "" });
}

export const DEPLOY_PAGES: readonly PageType[] = [
  defineDeployPage({
    name: "submit",
    key: DEPLOY_KEYS.submit,
    view: ({ origin }) => form("submit", "Submit", origin + DEPLOY_KEYS.submit),
  }),
  defineDeployPage({
    name: "login",
    key: DEPLOY_KEYS.login,
    view: ({ origin }) => form("login", "Log in", origin + DEPLOY_KEYS.login),
  }),
  defineDeployPage({
    name: "register",
    key: DEPLOY_KEYS.register,
    view: ({ origin }) => form("register", "Register", origin + DEPLOY_KEYS.register),
  }),
  defineDeployPage({
    name: "create community",
    key: DEPLOY_KEYS.createCommunity,
    view: ({ origin }) =>
      form("create-community", "Create a community", origin + DEPLOY_KEYS.createCommunity),
  }),
  defineDeployPage({
    name: "about",
    key: DEPLOY_KEYS.about,
    view: ({ origin }) => html("about", { title: "About", canonical: origin + DEPLOY_KEYS.about }),
  }),
  defineDeployPage({
    name: "not found",
    key: DEPLOY_KEYS.notFound,
    status: 404,
    view: () => html("not-found", { title: "Not found" }),
  }),
  defineDeployPage({
    name: "being published",
    key: DEPLOY_KEYS.beingPublished,
    view: () => html("being-published", { title: "Being published" }),
  }),
  defineDeployPage({
    name: "robots",
    key: DEPLOY_KEYS.robots,
    view: ({ origin }) => ({
      type: "text",
      body: `User-agent: *\nDisallow: /api/\n\nSitemap: ${origin}${SITEMAP_KEY}\n`,
    }),
  }),
];
