/** The only door through which messages become events: what comes in, and what does not. */
import { describe, expect, it } from "vitest";
import { parseEvent } from "../src/queue/events.ts";

const POST = { post: "p1" };
const COMMENT = { comment: "c1" };
const MARK = { kind: "saved", isSet: false };
const ROLE = { community: "Cats", person: "Bob", kind: "banned", isSet: true, reason: "" };

const SUBMITTED = { ...POST, community: "Cats", title: "A title", resubmit: true };

const EVENTS = [
  { type: "post_submitted", ...SUBMITTED, url: "http://a.example/", text: null },
  { type: "post_submitted", ...SUBMITTED, url: null, text: "" },
  { type: "post_voted", ...POST, value: -1 },
  { type: "post_edited", ...POST, text: "" },
  { type: "post_deleted", ...POST },
  { type: "post_marked", ...POST, ...MARK },
  { type: "post_reported", ...POST, reason: "dull" },
  { type: "post_judged", ...POST, verdict: "spam", reason: "" },
  { type: "post_locked", ...POST, isLocked: false, reason: "" },
  { type: "comment_posted", ...COMMENT, ...POST, parent: null, text: "Words" },
  { type: "comment_posted", ...COMMENT, ...POST, parent: "c0", text: "Words" },
  { type: "comment_voted", ...COMMENT, value: 0 },
  { type: "comment_edited", ...COMMENT, text: "Words" },
  { type: "comment_deleted", ...COMMENT },
  { type: "comment_marked", ...COMMENT, ...MARK },
  { type: "comment_reported", ...COMMENT, reason: "dull" },
  { type: "comment_judged", ...COMMENT, verdict: "approved", reason: "" },
  { type: "community_created", name: "Cats", title: "", description: "" },
  { type: "role_set", ...ROLE },
  { type: "role_set", ...ROLE, kind: "moderator" },
  { type: "account_deleted", epoch: 1, posts: "keep" },
  { type: "account_deleted", epoch: 1, posts: "delete" },
  { type: "person_registered" },
  { type: "export_requested" },
  { type: "inbox_read", slot: 0 },
  { type: "sessions_ended", epoch: 0 },
].map((event) => ({ version: 1, id: "e1", at: 1, by: "Ann", ...event }));

/** May be any words. */
const WORDS = [
  "by",
  "community",
  "description",
  "name",
  "person",
  "reason",
  "text",
  "title",
  "url",
];
/** Only what is true counts as a yes. */
const LENIENT = ["resubmit"];

describe("a message", () => {
  it.each(EVENTS)("of $type is read as it was sent, and nothing besides", (event) => {
    expect(parseEvent({ ...event, more: "than that" })).toEqual(event);
  });

  it.each(EVENTS)(
    "of $type without one of its fields, or with another kind of one, is none",
    (event) => {
      for (const field of Object.keys(event).filter((name) => !LENIENT.includes(name))) {
        const odd = [undefined, {}, -2.5, ...(WORDS.includes(field) ? [] : ["no such!"])];
        for (const value of odd) {
          const parsed = parseEvent({ ...event, [field]: value });
          expect([field, value, parsed.type]).toEqual([field, value, "malformed"]);
        }
      }
    },
  );

  it.each([
    ["from nobody", { by: "" }],
    ["of no time", { at: Number.NaN }],
    ["of a newer version", { version: 2 }],
    ["of half a slot", { type: "inbox_read", slot: 1.5 }],
    ["of a slot before the first", { type: "inbox_read", slot: -1 }],
    ["of a type that only the consumer makes: votes counted", { type: "post_tallied" }],
    ["of such a type: an author gone", { type: "post_disowned", departure: "delete" }],
    ["of such a type, of comments", { type: "comment_disowned", ...COMMENT, departure: "keep" }],
    ["of a link that is a text", { ...SUBMITTED, type: "post_submitted", url: "a", text: "b" }],
    ["of neither", { ...SUBMITTED, type: "post_submitted", url: null, text: null }],
    [
      "of a community without a name",
      { type: "community_created", name: "", title: "", description: "" },
    ],
  ])("%s is none", (_, fields) => {
    const event = { version: 1, id: "e1", at: 1, by: "Ann", type: "post_deleted", ...POST };
    expect(parseEvent(event)).toEqual(event);
    expect(parseEvent({ ...event, ...fields }).type).toBe("malformed");
  });

  it.each([null, undefined, "post_deleted", 1, [], {}])("that is %j is none", (message) => {
    expect(parseEvent(message).type).toBe("malformed");
  });
});
