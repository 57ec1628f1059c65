/** Compiles the templates and the scripts: the step before everything else. */
import { compileScripts } from "./compile-scripts.ts";
import { compileTemplates } from "./compile-templates.ts";

compileTemplates();
compileScripts();
