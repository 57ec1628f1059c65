/** Forms, about, errors, robots. */
import { defineDeployPage } from "./deploy-page.ts";
import { DEPLOY_KEYS } from "./key.ts";
import type { PageType, Rendered, Representation } from "./page-type.ts";
import { renderTemplate } from "./templates.ts";

function html(template: string, view: object, status: 200 | 404 = 200): Rendered {
  return onePage({ type: "html", body: renderTemplate(template, view) }, status);
}

function onePage(representation: Representation, status: 200 | 404 = 200): Rendered {
  return { type: "page", status, path: null, representations: [representation] };
}

function form(form: string, title: string): () => Rendered {
  return () => html("form-page", { title, form, values: {}, errors: {}, message: "" });
}

export const DEPLOY_PAGES: readonly PageType[] = [
  defineDeployPage("submit", DEPLOY_KEYS.submit, form("submit", "Submit")),
  defineDeployPage("login", DEPLOY_KEYS.login, form("login", "Log in")),
  defineDeployPage("register", DEPLOY_KEYS.register, form("register", "Register")),
  defineDeployPage(
    "create community",
    DEPLOY_KEYS.createCommunity,
    form("create-community", "Create a community"),
  ),
  defineDeployPage("about", DEPLOY_KEYS.about, () => html("about", { title: "About" })),
  defineDeployPage("not found", DEPLOY_KEYS.notFound, () =>
    html("not-found", { title: "Not found" }, 404),
  ),
  defineDeployPage("being published", DEPLOY_KEYS.beingPublished, () =>
    html("being-published", { title: "Being published" }),
  ),
  defineDeployPage("robots", DEPLOY_KEYS.robots, () =>
    onePage({ type: "text", body: "User-agent: *\nDisallow: /api/\nDisallow: /me\n" }),
  ),
];
