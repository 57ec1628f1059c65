/**
 * `/api/ban`, `/api/unban`, `/api/moderator`: who may do what in a community. Whether the sender
 * may decide that the consumer knows.
 */
import { cleanLine } from "../model/clean-text.ts";
import type { Role } from "../model/entities.ts";
import { communityKey } from "../model/ids.ts";
import { COMMUNITY_KEY, USER_NAME } from "../model/limits.ts";
import { findAccount, findCommunity } from "./accounts.ts";
import { allOf, bareName, optionalFlag, optionalText, requiredField } from "./fields.ts";
import type { FormPage, Outcome, PersonForm, PersonRequest } from "./form.ts";
import { REASON } from "./reason.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

export const ban = defineRole("/api/ban", "ban", "Ban somebody", "banned", true);
export const unban = defineRole("/api/unban", "unban", "Lift a ban", "banned", false);
export const moderator = defineRole(
  "/api/moderator",
  "moderator",
  "Name a moderator",
  "moderator",
  true,
);

function defineRole(
  path: PersonForm["path"],
  form: FormPage["form"],
  title: string,
  kind: Role["kind"],
  isSet: boolean,
): PersonForm {
  return {
    path,
    page: { form, title, keeps: ["sr", "user", "reason", "unset"], threadOf: () => null },
    // Bans come in a wave when spam does, and reports must not use them up.
    limiter: "VOTE_LIMITER",
    sender: "person",
    handle: (request) => setRole(request, kind, isSet),
  };
}

/** `unset=true` takes a moderator's role back. */
async function setRole(
  request: PersonRequest,
  kind: Role["kind"],
  isSet: boolean,
): Promise<Outcome> {
  const { fields, env } = request;
  const sent = allOf({
    sr: requiredField(fields, "sr"),
    user: requiredField(fields, "user"),
    reason: optionalText(fields, "reason", REASON),
    unset: optionalFlag(fields, "unset"),
  });
  if (isRefusal(sent)) return sent;
  const [sr, user] = [bareName(sent.sr, "r"), bareName(sent.user, "u")];
  const isName = COMMUNITY_KEY.test(communityKey(sr));
  const community = isName ? await findCommunity(env.ACCOUNTS, sr) : null;
  if (community === null) return { type: "no_such_community", field: "sr", name: cleanLine(sr) };
  const account = USER_NAME.test(user) ? await findAccount(env.ACCOUNTS, user) : null;
  if (!account?.password) return { type: "no_such_person", field: "user", name: cleanLine(user) };
  const event = await sendEvent(request, {
    type: "role_set",
    community,
    person: account.name,
    kind,
    isSet: isSet && !sent.unset,
    reason: sent.reason,
  });
  if (isRefusal(event)) return event;
  const location = `/r/${communityKey(community)}/about/log`;
  return { json: { id: `t2_${account.name.toLowerCase()}` }, location };
}
