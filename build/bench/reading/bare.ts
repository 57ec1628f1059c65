/**
 * The reader's own answer to the first request, given again to all others without a look at them: what
 * the runtime takes for such bytes and headers, whatever the code does.
 */
import type { ReaderEnv } from "../../../src/bindings.ts";
import reader from "../../../src/reader/worker.ts";

let given: { readonly bytes: ArrayBuffer; readonly init: ResponseInit } | null = null;

async function ask(request: Request, env: ReaderEnv): Promise<Response> {
  const answer = await reader.fetch(request, env);
  const bytes = await answer.arrayBuffer();
  const headers = new Headers(answer.headers);
  given = { bytes, init: { status: answer.status, headers, encodeBody: "manual" } };
  return new Response(bytes, given.init);
}

export default {
  fetch: (request: Request, env: ReaderEnv) =>
    given ? new Response(given.bytes, given.init) : ask(request, env),
};
