/**
 * Pages that no event changes: forms, about, errors, robots. One key each, kept in KV, written anew
 * when a deploy or a configuration changes them.
 */
import { DEPLOY_KEYS } from "./key.ts";
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

function form(form: string, title: string): Representation {
  return html("form-page", { title, form, values: {}, errors: {}, message: "" });
}

export const DEPLOY_PAGES: readonly PageType[] = [
  defineDeployPage({
    name: "submit",
    key: DEPLOY_KEYS.submit,
    view: () => form("submit", "Submit"),
  }),
  defineDeployPage({ name: "login", key: DEPLOY_KEYS.login, view: () => form("login", "Log in") }),
  defineDeployPage({
    name: "register",
    key: DEPLOY_KEYS.register,
    view: () => form("register", "Register"),
  }),
  defineDeployPage({
    name: "create community",
    key: DEPLOY_KEYS.createCommunity,
    view: () => form("create-community", "Create a community"),
  }),
  defineDeployPage({
    name: "about",
    key: DEPLOY_KEYS.about,
    view: () => html("about", { title: "About" }),
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
    view: () => ({ type: "text", body: "User-agent: *\nDisallow: /api/\n" }),
  }),
];
