/**
 * One answer of the reader's, given to every request without a look at it: what the runtime takes for
 * such bytes and headers, whatever the code does.
 */
interface Given {
  /** In base64. */
  readonly BODY: string;
  /** Pairs, as JSON. */
  readonly HEADERS: string;
}

let given: { readonly bytes: ArrayBuffer; readonly init: ResponseInit } | null = null;

function read({ BODY, HEADERS }: Given) {
  const bytes = Uint8Array.from(atob(BODY), (char) => char.charCodeAt(0)).buffer;
  const headers = new Headers(JSON.parse(HEADERS) as [string, string][]);
  return { bytes, init: { headers, encodeBody: "manual" as const } };
}

export default {
  fetch(_: Request, env: Given): Response {
    given ??= read(env);
    return new Response(given.bytes, given.init);
  },
};
