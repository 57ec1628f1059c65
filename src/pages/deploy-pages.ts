/** Forms, about, errors, robots. */
import { defineDeployPage } from "./deploy-page.ts";
import { DEPLOY_KEYS, SITEMAP_KEY } from "./key.ts";
import type { PageType, Rendered, Representation, Site } from "./page-type.ts";
import { renderTemplate } from "./templates.ts";

type Status = 200 | 403 | 404;

function html(template: string, view: object, status: Status = 200): Rendered {
  return onePage({ type: "html", body: renderTemplate(template, view) }, status);
}

function onePage(representation: Representation, status: Status = 200): Rendered {
  return { type: "page", status, path: null, representations: [representation] };
}

/** A page that search engines may list has its address in it. */
function listed(template: string, key: string, view: object): (site: Site) => Rendered {
  return ({ origin }) => html(template, { ...view, canonical: origin + key });
}

function form(form: string, title: string, key: string): (site: Site) => Rendered {
  return listed("form-page", key, { title, form, values: {}, errors: {}, message: "" });
}

export const DEPLOY_PAGES: readonly PageType[] = [
  defineDeployPage("submit", DEPLOY_KEYS.submit, form("submit", "Submit", DEPLOY_KEYS.submit)),
  defineDeployPage("login", DEPLOY_KEYS.login, form("login", "Log in", DEPLOY_KEYS.login)),
  defineDeployPage(
    "register",
    DEPLOY_KEYS.register,
    form("register", "Register", DEPLOY_KEYS.register),
  ),
  defineDeployPage(
    "create community",
    DEPLOY_KEYS.createCommunity,
    form("create-community", "Create a community", DEPLOY_KEYS.createCommunity),
  ),
  defineDeployPage(
    "about",
    DEPLOY_KEYS.about,
    listed("about", DEPLOY_KEYS.about, { title: "About" }),
  ),
  defineDeployPage("not found", DEPLOY_KEYS.notFound, () =>
    html("not-found", { title: "Not found" }, 404),
  ),
  defineDeployPage("moderators only", DEPLOY_KEYS.moderatorsOnly, () =>
    html("moderators-only", { title: "For moderators" }, 403),
  ),
  defineDeployPage("being published", DEPLOY_KEYS.beingPublished, () =>
    html("being-published", { title: "Being published" }),
  ),
  defineDeployPage("export ready", DEPLOY_KEYS.exportReady, () =>
    html("export-ready", { title: "Your file is ready" }),
  ),
  defineDeployPage("robots", DEPLOY_KEYS.robots, ({ origin }) =>
    onePage({
      type: "text",
      body: `User-agent: *\nDisallow: /api/\nDisallow: /me\n\nSitemap: ${origin}${SITEMAP_KEY}\n`,
    }),
  ),
];
