/** `/api/create_community`: its name is taken at once, its page follows. */
import { cleanBlock, cleanLine } from "../model/clean-text.ts";
import { communityKey } from "../model/ids.ts";
import {
  COMMUNITY_NAME,
  MAX_COMMUNITY_TITLE_CHARS,
  MAX_DESCRIPTION_CHARS,
  SITE_WIDE_NAMES,
} from "../model/limits.ts";
import { addCommunity, removeCommunity } from "./accounts.ts";
import { allOf, optionalText, requiredField, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal, type NameRule } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

/** What `COMMUNITY_NAME` checks, in words. */
const NAME_RULE: NameRule = { min: 3, max: 21, allowed: "A-Z a-z 0-9 _" };
const TITLE = { clean: cleanLine, maxChars: MAX_COMMUNITY_TITLE_CHARS };
const DESCRIPTION = { clean: cleanBlock, maxChars: MAX_DESCRIPTION_CHARS };

export const createCommunity: PersonForm = {
  path: "/api/create_community",
  page: {
    form: "create-community",
    title: "Create a community",
    keeps: ["name", "title", "description"],
    threadOf: null,
  },
  limiter: "SUBMIT_LIMITER",
  sender: "person",
  handle: foundCommunity,
};

/** Existing readers take these for listings of their own, not for communities. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...SITE_WIDE_NAMES,
  "random",
  "friends",
  "mod",
]);

async function foundCommunity(request: PersonRequest): Promise<Outcome> {
  const { fields, env, nowMs, person } = request;
  const sent = allOf({
    name: requiredField(fields, "name"),
    title: requiredText(fields, "title", TITLE),
    description: optionalText(fields, "description", DESCRIPTION),
  });
  if (isRefusal(sent)) return sent;
  const name = sent.name.trim();
  if (!COMMUNITY_NAME.test(name)) return { type: "not_a_name", field: "name", ...NAME_RULE };
  if (RESERVED_NAMES.has(communityKey(name))) return { type: "name_taken", field: "name", name };
  const createdAt = Math.floor(nowMs / 1000);
  const wasFree = await addCommunity(env.ACCOUNTS, name, person, createdAt);
  if (!wasFree) return { type: "name_taken", field: "name", name };

  const event = await sendEvent(request, { ...sent, type: "community_created", name });
  if (isRefusal(event)) {
    await removeCommunity(env.ACCOUNTS, name, createdAt);
    return event;
  }
  const key = communityKey(name);
  return { json: { id: `t5_${key}`, event }, location: `/r/${key}?fresh=${event}` };
}
