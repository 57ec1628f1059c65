/** `/api/password`: a new password for who knows the old one; every other session ends. */
import { replacePassword } from "./accounts.ts";
import { allOf, requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { HOME } from "./local-path.ts";
import { loggedIn } from "./logged-in.ts";
import { checkLength, hashNewPassword } from "./new-password.ts";
import { passwordsOf } from "./passwords.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { readAccount } from "./session-cookie.ts";

export const changePassword: PersonForm = {
  path: "/api/password",
  page: { form: "password", title: "Change your password", keeps: [], threadOf: () => null },
  // Who has stolen a session must not guess the password with it.
  limiter: "ACCOUNT_LIMITER",
  sender: "person",
  handle: takeNewPassword,
};

/** Of two changes at once the first wins: it has ended the session of the second. */
async function takeNewPassword(request: PersonRequest): Promise<Outcome> {
  const { fields, env, random } = request;
  const sent = allOf({
    passwd: requiredField(fields, "passwd"),
    new_passwd: requiredField(fields, "new_passwd"),
  });
  if (isRefusal(sent)) return sent;
  const wrongLength = checkLength(sent.new_passwd, "new_passwd");
  if (wrongLength) return wrongLength;

  // The hash and the epoch of one moment: a change since the session was checked is seen here.
  const account = await readAccount(request);
  if (account === null) return { type: "no_session" };
  const passwords = passwordsOf(env, account.name);
  if (!(await passwords.check(sent.passwd, account.password))) {
    return { type: "wrong_password", field: "passwd" };
  }
  const password = await hashNewPassword(passwords, sent.new_passwd, random);
  // First the event: a session that opens private pages longer than its password would be worse
  // than private pages that stay shut until the change is tried again.
  const ended = { type: "sessions_ended", epoch: account.sessionEpoch + 1 } as const;
  const event = await sendEvent(request, ended);
  if (isRefusal(event)) return event;
  const sessionEpoch = await replacePassword(env.ACCOUNTS, account, password);
  if (sessionEpoch === null) return { type: "no_session" };
  return loggedIn(request, { name: account.name, sessionEpoch }, HOME);
}
