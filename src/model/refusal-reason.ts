/** Why an accepted event is refused when it is applied; its sender's inbox says so. Pure. */
export type RefusalReason =
  | "no_such_post"
  | "no_such_community"
  | "no_such_comment"
  | "not_yours"
  | "not_a_text"
  | "name_taken"
  | "already_submitted"
  | "deleted"
  | "removed"
  | "no_room"
  | "wrong_parent"
  | "locked"
  | "banned"
  | "not_a_moderator"
  | "is_creator"
  | "is_moderator"
  | "no_such_person";
