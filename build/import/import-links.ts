/** TODO(cli): gone as soon as build/cli.ts imports from import-files.ts. */
export { importFiles } from "./import-files.ts";
