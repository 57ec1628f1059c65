/** A whole site in memory: events in, pages published, requests answered by the real reader. */
import type { ReaderEnv } from "../../src/bindings.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import type { CommentId, EventId, PostId } from "../../src/model/ids.ts";
import type { CommentPosted } from "../../src/queue/comment-events.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import type { CommunityCreated } from "../../src/queue/person-events.ts";
import { createReader } from "../../src/reader/app.ts";
import { anId } from "../makers.ts";
import { consumeEvents, nameAllPages } from "../whole-steps.ts";
import { openMemoryD1 } from "./sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./storage.ts";

export const ORIGIN = "https://cairn.example";
export const NOW = Date.UTC(2026, 0, 1, 1);
const PACE = { fast: 0, slow: 0, private: 0 };

/** Later than any id was minted: nothing is still being published. Milliseconds since 1970. */
export const READ_AT = NOW + 1e9;

export interface WholeSite {
  readonly db: ReturnType<typeof openMemoryD1>;
  /** Applies events; all of them must be. */
  send(...events: CairnEvent[]): Promise<void>;
  /** Publishes until nothing is stale. */
  publish(): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  text(path: string): Promise<string>;
}

export async function aWholeSite(): Promise<WholeSite> {
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: ORIGIN, admins: [] },
  };
  let token = 0;
  let clock = NOW;
  const deps = { ...stored, pace: PACE, now: () => clock, token: () => `publisher-${token++}` };
  await nameAllPages(deps);
  const reader = createReader(() => READ_AT);
  const env = { PAGES: stored.pages, SITE: stored.site, KEEP_MS: "0" } as unknown as ReaderEnv;
  const get: WholeSite["get"] = async (path, headers = {}) =>
    reader.fetch(new Request(ORIGIN + path, { headers }), env);
  return {
    db: stored.db,
    async send(...events) {
      const outcomes = await consumeEvents(stored.db, events, clock, PACE);
      const others = outcomes.filter((outcome) => outcome !== "applied");
      if (others.length > 0) throw new Error(`events were ${others}`);
    },
    async publish() {
      // No page is written twice within a second, not even for a deletion.
      clock += 2000;
      for (let isDone = false; !isDone; ) {
        const { written, unchanged } = await publishStale(deps);
        isDone = written + unchanged === 0;
      }
    },
    get,
    text: async (path) => (await get(path)).text(),
  };
}

function anEvent(by: string) {
  return { version: 1 as const, id: anId() as EventId, at: NOW, by };
}

export function aCommunity(name: string, description = ""): CommunityCreated {
  return { ...anEvent("ann"), type: "community_created", name, title: name, description };
}

export function aComment(
  post: PostId,
  fields: Partial<Pick<CommentPosted, "by" | "text" | "parent">> = {},
): CommentPosted {
  const comment = anId() as CommentId;
  const text = `said ${comment}`;
  const own = { type: "comment_posted" as const, comment, post, parent: null, text };
  return { ...anEvent("Bob"), ...own, ...fields };
}

export function aDeletion(
  thing: { comment: CommentId } | { post: PostId },
  by: string,
): CairnEvent {
  return "comment" in thing
    ? { ...anEvent(by), type: "comment_deleted", comment: thing.comment }
    : { ...anEvent(by), type: "post_deleted", post: thing.post };
}

export function anEdit(post: PostId, by: string, text: string, at: number): CairnEvent {
  return { ...anEvent(by), at, type: "post_edited", post, text };
}
