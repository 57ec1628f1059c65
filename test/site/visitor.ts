/** Somebody who asks a site over HTTP: paths are sent as they are, redirects are not followed. */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { gunzipSync } from "node:zlib";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As they came: perhaps compressed. */
  readonly bytes: Buffer;
  readonly text: string;
  readonly location: string | undefined;
}

type Headers = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, string>>;

/** Asks for the answer that scripts get. */
export const AS_SCRIPT: Headers = { accept: "application/json" };
/** What a browser says with every form and page. */
export const AS_BROWSER: Headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

export interface Visitor {
  readonly origin: string;
  get(path: string, headers?: Headers): Promise<Answer>;
  head(path: string, headers?: Headers): Promise<Answer>;
  /** A form, sent as a script sends it unless the headers say otherwise. */
  post(path: string, fields: Fields | string, headers?: Headers): Promise<Answer>;
  /** The same, with these headers in every request. */
  with(headers: Headers): Visitor;
}

/** Connections die with the server, not with the test: kept, and few. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export function aVisitor(origin: string, own: Headers = {}): Visitor {
  return {
    origin,
    get: (path, headers = {}) => ask(origin, "GET", path, { ...own, ...headers }),
    head: (path, headers = {}) => ask(origin, "HEAD", path, { ...own, ...headers }),
    post(path, fields, headers = AS_SCRIPT) {
      const body = typeof fields === "string" ? fields : new URLSearchParams(fields).toString();
      const type = { "content-type": "application/x-www-form-urlencoded" };
      return ask(origin, "POST", path, { ...own, ...type, ...headers }, body);
    },
    with: (headers) => aVisitor(origin, { ...own, ...headers }),
  };
}

const PASSWORD = "correct horse";

/** Registers somebody new, who is logged in from then on. */
export async function aPerson(visitor: Visitor, user: string): Promise<Visitor> {
  const answer = await visitor.post("/api/register", { user, passwd: PASSWORD });
  if (answer.status !== 202) throw new Error(`registering ${user}: ${answer.status}`);
  return visitor.with({ cookie: cookiesOf(answer) });
}

export function cookiesOf({ headers }: Answer): string {
  return (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");
}

/** The id that an accepted form was given. */
export function idOf({ text }: Answer): string {
  return String((JSON.parse(text) as { id: unknown }).id);
}

export interface PostJson {
  readonly name: string;
  readonly title: string;
  readonly score: number;
  readonly ups: number;
  readonly downs: number;
  readonly author: string;
  readonly url: string;
  readonly selftext: string;
  readonly permalink: string;
}

export interface ListingJson {
  readonly before: string | null;
  readonly after: string | null;
  readonly posts: readonly PostJson[];
}

/** A listing's JSON; of a thread's two listings the first. */
export function listingOf({ text }: Answer): ListingJson {
  const parsed = [JSON.parse(text)].flat()[0] as {
    data: Omit<ListingJson, "posts"> & { children: { data: PostJson }[] };
  };
  const { before, after, children } = parsed.data;
  return { before, after, posts: children.map(({ data }) => data) };
}

function ask(
  origin: string,
  method: string,
  path: string,
  headers: Headers,
  body = "",
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const isPacked = response.headers["content-encoding"] === "gzip" && bytes.length > 0;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          text: (isPacked ? gunzipSync(bytes) : bytes).toString(),
          location: response.headers.location,
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
