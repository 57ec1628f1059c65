/** Renders the compiled templates: nothing is compiled at run time, which Workers forbid. */
import { Eta } from "eta/core";
import { loadTemplates } from "./compiled/templates.js";

const eta = new Eta({ autoTrim: false });
loadTemplates(eta);

/** @param view what the template calls `it` */
export function renderTemplate(name: string, view: object): string {
  return eta.render(`@${name}`, view);
}
