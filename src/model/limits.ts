/** Every limit on what people may send, with its unit and its reason. Pure. */

/** Reddit's; an outside promise of the contract. Characters. */
export const MAX_TITLE_CHARS = 300;
/** What browsers and mail programs carry safely. Characters; imports are exempt. */
export const MAX_URL_CHARS = 2048;
/** Reddit's. Characters of Markdown. */
export const MAX_TEXT_CHARS = 40_000;
/** Reddit's. Characters of Markdown in a comment. */
export const MAX_COMMENT_CHARS = 10_000;
/** An event must fit a queue message (128 KB), whatever script its text is in. UTF-8 bytes. */
export const MAX_EVENT_BYTES = 127_000;
/** Twice the largest form that can be accepted: refused before it is read. Bytes. */
export const MAX_BODY_BYTES = 512 * 1024;
/** Why something is reported, removed or somebody banned: a sentence. */
export const MAX_REASON_CHARS = 300;
/** Reddit's, of a community: what its sidebar says first. Characters. */
export const MAX_DESCRIPTION_CHARS = 500;
/** Reddit's, of a community: one line. Characters. */
export const MAX_COMMUNITY_TITLE_CHARS = 100;
/** NIST's least; an outside promise of the contract. */
export const MIN_PASSWORD_CHARS = 8;
/** A bound on hashing work, not on strength. */
export const MAX_PASSWORD_CHARS = 200;

/** Registered names; also what keeps them readable in a path. */
export const USER_NAME = /^[A-Za-z0-9_-]{3,20}$/;
export const COMMUNITY_NAME = /^[A-Za-z0-9_]{3,21}$/;
/**
 * Imported communities' keys may be what Reddit once allowed: `reddit.com`, `u_some-one`; but not
 * what reads as another representation of the community's page.
 */
export const COMMUNITY_KEY = /^(?!.*\.(?:json|rss)$)[a-z0-9_][a-z0-9_.-]{0,23}$/;
/** Reddit's names for all communities together: they lead to the site's own listings. */
export const SITE_WIDE_NAMES: readonly string[] = ["all", "popular"];

/** Links are followed by search engines once a post has earned this score. */
export const TRUSTED_SCORE = 10;
