/** `/api/submit`: a link or a text, to a community that exists. */
import { cleanLine } from "../model/clean-text.ts";
import { communityKey, mintId, type PostId, postFullname } from "../model/ids.ts";
import { COMMUNITY_KEY, MAX_TITLE_CHARS } from "../model/limits.ts";
import { slugOf } from "../model/slug.ts";
import { findCommunity } from "./accounts.ts";
import { allOf, bareName, optionalFlag, requiredField, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { readPostContent } from "./post-content.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

const TITLE = { clean: cleanLine, maxChars: MAX_TITLE_CHARS };

export const submit: PersonForm = {
  path: "/api/submit",
  page: {
    form: "submit",
    title: "Submit",
    keeps: ["sr", "title", "url", "text", "kind", "resubmit"],
    threadOf: null,
  },
  limiter: "SUBMIT_LIMITER",
  sender: "person",
  handle: submitPost,
};

async function submitPost(request: PersonRequest): Promise<Outcome> {
  const { fields, env, nowMs, random } = request;
  const sent = allOf({
    sr: requiredField(fields, "sr"),
    title: requiredText(fields, "title", TITLE),
    resubmit: optionalFlag(fields, "resubmit"),
  });
  if (isRefusal(sent)) return sent;
  const content = readPostContent(fields);
  if (isRefusal(content)) return content;
  const sr = bareName(sent.sr, "r");
  const community = COMMUNITY_KEY.test(communityKey(sr))
    ? await findCommunity(env.ACCOUNTS, sr)
    : null;
  if (community === null) return { type: "no_such_community", field: "sr", name: cleanLine(sr) };

  const post = mintId(nowMs, random) as PostId;
  const event = await sendEvent(request, {
    type: "post_submitted",
    post,
    community,
    title: sent.title,
    ...content,
    resubmit: sent.resubmit,
  });
  if (isRefusal(event)) return event;
  const slug = encodeURIComponent(slugOf(sent.title));
  return {
    json: { id: postFullname(post) },
    location: `/r/${communityKey(community)}/comments/${post}/${slug}`,
  };
}
