/** Where a browser may be sent after a form: only to pages of this site. Pure. */

export const HOME = "/";
/** Any origin does: it only stands for "the same one". */
const HERE = "http://here.invalid";
/** Nothing is shown there: it takes forms. */
const FORMS = /^\/api(\/|$)/;
/**
 * Cloudflare takes no longer address (16 KB), and gives up an answer whose headers are longer still: a
 * form would be accepted, and its sender told of a failure. Characters.
 */
const MAX_CHARS = 16_000;

/**
 * The path as the browser will understand it, or `/`. It is judged after parsing, because browsers
 * read a backslash as a slash, skip tabs, and shorten `/..//evil.example` to `//evil.example`.
 */
export function localPath(text: string): string {
  const url = text.startsWith("/") ? URL.parse(text, HERE) : null;
  if (url?.origin !== HERE) return HOME;
  if (url.pathname.startsWith("//") || FORMS.test(url.pathname)) return HOME;
  const path = url.pathname + url.search + url.hash;
  return path.length > MAX_CHARS ? HOME : path;
}

/** Where its sender goes after a form: to the page it carries as `dest`, or was sent from. */
export function wayBack(request: Request, fields: URLSearchParams): string {
  const dest = fields.get("dest") ?? "";
  return dest === "" ? refererPath(request) : localPath(dest);
}

/** In a thread, scrolled to the comment that it is about; any other page as it is. */
export function atComment(path: string, fullname: string | null): string {
  const isThread = /\/comments\/\w/.test(path) && !path.includes("#");
  return isThread && fullname?.startsWith("t1_") ? `${path}#${fullname}` : path;
}

/** The page of this site that a form was sent from, or `/`. */
export function refererPath(request: Request): string {
  const referer = URL.parse(request.headers.get("referer") ?? "");
  if (referer?.origin !== new URL(request.url).origin) return HOME;
  return localPath(referer.pathname + referer.search);
}
