/** Why something that was accepted at the edge could not be done, in words. Pure. */
import type { RefusalReason } from "../model/refusal-reason.ts";
import type { Refusal } from "../store/refusals.ts";

const ACTS: Readonly<Record<Refusal["type"], string>> = {
  community_created: "Your community",
  person_registered: "Your registration",
  inbox_read: "What you said to have read",
  export_requested: "The file of what you wrote",
  sessions_ended: "The end of your other sessions",
  post_submitted: "Your post",
  post_voted: "Your vote",
  post_edited: "Your edit",
  post_deleted: "Your deletion",
  post_marked: "What you saved or hid",
  post_reported: "Your report",
  comment_posted: "Your comment",
  comment_voted: "Your vote",
  comment_edited: "Your edit",
  comment_deleted: "Your deletion",
  comment_marked: "What you saved",
  comment_reported: "Your report",
  post_judged: "Your verdict",
  comment_judged: "Your verdict",
  post_locked: "Your change of a lock",
  role_set: "Your change of a role",
  account_deleted: "The end of your account",
  post_tallied: "Your vote",
  post_disowned: "The end of your account",
  comment_disowned: "The end of your account",
};

const REASONS: Readonly<Record<RefusalReason, string>> = {
  no_such_post: "there is no such post",
  no_such_community: "there is no such community",
  no_such_comment: "there is no such comment",
  not_yours: "somebody else wrote it",
  not_a_text: "the post is a link, and has no text to edit",
  name_taken: "there is one of this name already",
  not_a_link: "its link is no address of the web",
  already_submitted: "the community has this link already, and yours is a vote for it",
  deleted: "had been deleted by its author by then",
  removed: "had been removed by moderators by then",
  no_room: "this part of the thread is too long already",
  wrong_parent: "the comment that it answers is in another thread",
  locked: "the post is locked",
  banned: "you are banned from this community",
  not_a_moderator: "you are no moderator there",
  is_creator: "who made the community moderates it always, and cannot be banned",
  is_admin: "admins moderate everywhere, and cannot be banned",
  is_moderator: "who moderates cannot be banned: take that back first",
  is_banned: "who is banned cannot moderate: lift the ban first",
  so_already: "it was so already",
  no_such_person: "there is nobody of that name",
};

/**
 * "Your comment was not accepted: the post is locked." A community or a person is named; a post or a
 * comment is not, because its fullname says nothing to a reader.
 */
export function refusalSentence({ type, reason, subject }: Refusal): string {
  const name = /^t[13]_/.test(subject) ? "" : ` (${subject})`;
  const isGone = reason === "deleted" || reason === "removed";
  const gone = isGone ? `${goneThing(type, subject)} ` : "";
  const outcome = reason === "so_already" ? "changed nothing" : "was not accepted";
  return `${ACTS[type]} ${outcome}: ${gone}${REASONS[reason]}${name}.`;
}

function goneThing(type: Refusal["type"], subject: string): string {
  if (subject.startsWith("t3_")) return "the post";
  return type === "comment_posted" ? "the comment that it answers" : "the comment";
}
