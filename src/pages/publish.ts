/**
 * Puts one page, unless what is stored is the same already, or newer. Depends on storage only.
 *
 * Two publishers can hold one page when the first one's lease ran out. The put is conditional on the
 * version that the last publisher left (none, if nobody has ever written the page), or that was looked
 * at, so the slower one fails. One case remains: the second finds equal content and puts nothing, the
 * first one's put still matches. Therefore whoever takes over a lease puts in any case, and the body's
 * commit number makes that a new version.
 */
import {
  type DeployStore,
  type EncodedPage,
  type PageStore,
  putDeployPage,
  putPage,
  readVersion,
  type StoredVersion,
} from "./storage.ts";

/** `superseded`: what is stored reflects a later commit. */
export type PublishResult = "written" | "unchanged" | "superseded";

export interface Published {
  readonly result: PublishResult;
  /** What is stored now, if it is known. */
  readonly stored: StoredVersion | null;
}

/** As many publishers as can meet on one page, and then some. */
const MAX_ATTEMPTS = 10;

export interface PublishOptions {
  /** The commit that the page's rows were read at. */
  readonly commit: number;
  /** The lease was taken over: an earlier publisher's put may still be on the way. */
  readonly isTakenOver: boolean;
  /** What the page's last publisher left, if it is known, or that it had none: then it is not asked for. */
  readonly expected: StoredVersion | "nothing" | null;
  /** Asked before each put; once the lease is about to end, the page belongs to the next publisher. */
  readonly mayPut: () => boolean;
}

export async function publishPage(
  pages: PageStore,
  key: string,
  page: EncodedPage,
  options: PublishOptions,
): Promise<Published> {
  let { expected } = options;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    // Where nothing should be, a void would not be put, and nobody would notice what is there.
    const isNew = expected === "nothing" && !isVoid(page);
    const known = expected === "nothing" ? null : expected;
    const stored = isNew ? null : (known ?? (await readVersion(pages, key)));
    expected = null;
    if (stored && stored.commit > options.commit) return { result: "superseded", stored: null };
    if (!options.isTakenOver && isSame(stored, page)) return { result: "unchanged", stored };
    if (!options.mayPut()) throw new Error(`${key}: too late for this lease`);
    const put = await putPage(pages, key, page, options.commit, stored);
    if (put) return { result: "written", stored: put };
  }
  throw new Error(`${key} changed under ${MAX_ATTEMPTS} puts in a row`);
}

/** Nothing stored is as good as a void. */
export function isSame(stored: StoredVersion | null, page: EncodedPage): boolean {
  return stored ? stored.hash === page.hash : isVoid(page);
}

function isVoid({ head }: EncodedPage): boolean {
  return head.status === 404 && head.representations.length === 0;
}

/**
 * Put in any case: what KV reads may be a minute old, so that equal content proves nothing when a
 * deploy is taken back at once. There are few of these pages, and they are named by deploys only.
 */
export async function publishDeployPage(
  site: DeployStore,
  key: string,
  page: EncodedPage,
  { commit, mayPut }: Pick<PublishOptions, "commit" | "mayPut">,
): Promise<Published> {
  if (!mayPut()) throw new Error(`${key}: too late for this lease`);
  await putDeployPage(site, key, page, commit);
  return { result: "written", stored: null };
}
