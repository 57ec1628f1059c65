/** THE list of forms. A new one is its file and a line here. */
import { changePassword } from "./change-password.ts";
import { comment } from "./comment.ts";
import { createCommunity } from "./create-community.ts";
import { del } from "./del.ts";
import { deleteAccount } from "./delete-account.ts";
import { editUserText } from "./edit-user-text.ts";
import type { Form } from "./form.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { hide, save, unhide, unsave } from "./mark.ts";
import { approve, lock, remove, unlock } from "./moderate.ts";
import { readInbox } from "./read-inbox.ts";
import { register } from "./register.ts";
import { report } from "./report.ts";
import { requestExport } from "./request-export.ts";
import { ban, moderator, unban } from "./set-role.ts";
import { submit } from "./submit.ts";
import { vote } from "./vote.ts";

export const FORMS: readonly Form[] = [
  register,
  login,
  logout,
  changePassword,
  submit,
  comment,
  editUserText,
  vote,
  del,
  createCommunity,
  save,
  unsave,
  hide,
  unhide,
  report,
  readInbox,
  requestExport,
  remove,
  approve,
  lock,
  unlock,
  ban,
  unban,
  moderator,
  deleteAccount,
];
