/** Compiles the templates: the step before everything else. */
import { compileTemplates } from "./compile-templates.ts";

compileTemplates();
