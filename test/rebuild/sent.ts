/** Who sends random events, and what has been sent so far. */
import type { CommentId, PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";

export const PEOPLE = ["ann", "Bob", "cleo", "dan", "Eve"];
/** Those who may delete their account: the others keep the site going. */
export const LEAVING = ["dan", "Eve"];

/** Of an event, what does not depend on its type. */
export type Base = Pick<CairnEvent, "version" | "id" | "at" | "by">;

/** Whether it has arrived or not. */
export interface Sent {
  readonly communities: string[];
  /** Of some, what they lead to. */
  readonly posts: { readonly id: PostId; readonly by: string; readonly url?: string | null }[];
  readonly comments: { readonly id: CommentId; readonly post: PostId; readonly by: string }[];
}

/** How the words begin that a post or a comment has for itself; its id follows, or that of its event. */
export const MARKS = { title: "qt", url: "qu", text: "qx", edit: "qe", report: "qr" } as const;

/** Of what is imported, by the last digit of its id: votes are numbers without rows. Reddit's scores, and worse. */
export const IMPORTED_VOTES = [
  { ups: 4, downs: 1 },
  { ups: 0, downs: 0 },
  { ups: 0, downs: 1_000_000_000 },
  { ups: 1_000_000_000, downs: 999_999_999 },
  { ups: 300_000, downs: 0 },
] as const;
