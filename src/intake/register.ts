/** `/api/register`: a new account, and a session in it; its page follows. */
import { USER_NAME } from "../model/limits.ts";
import { addAccount, openAccount, removeAccount } from "./accounts.ts";
import { allOf, optionalField, requiredField } from "./fields.ts";
import type { FormRequest, OpenForm, Outcome } from "./form.ts";
import { loggedIn } from "./logged-in.ts";
import { checkLength, hashNewPassword } from "./new-password.ts";
import { passwordsOf } from "./passwords.ts";
import { isRefusal, type NameRule } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

/** What `USER_NAME` checks, in words. */
const NAME_RULE: NameRule = { min: 3, max: 20, allowed: "A-Z a-z 0-9 _ -" };

export const register: OpenForm = {
  path: "/api/register",
  page: { form: "register", title: "Register", keeps: ["user", "dest"], threadOf: null },
  limiter: "ACCOUNT_LIMITER",
  sender: "anybody",
  handle: createAccount,
};

async function createAccount(request: FormRequest): Promise<Outcome> {
  const { fields, env, nowMs, random } = request;
  const sent = allOf({
    user: requiredField(fields, "user"),
    passwd: requiredField(fields, "passwd"),
    dest: optionalField(fields, "dest"),
  });
  if (isRefusal(sent)) return sent;
  const name = sent.user.trim();
  if (!USER_NAME.test(name)) return { type: "not_a_name", field: "user", ...NAME_RULE };
  const wrongLength = checkLength(sent.passwd, "passwd");
  if (wrongLength) return wrongLength;

  const password = await hashNewPassword(passwordsOf(env, name), sent.passwd, random);
  const wasFree = await addAccount(env.ACCOUNTS, name, password, Math.floor(nowMs / 1000));
  if (!wasFree) return { type: "name_taken", field: "user", name };
  const event = await sendEvent({ ...request, person: name }, { type: "person_registered" });
  if (isRefusal(event)) {
    await removeAccount(env.ACCOUNTS, name, password);
    return event;
  }
  const account = await openAccount(env.ACCOUNTS, name, password);
  return account
    ? loggedIn(request, account, sent.dest)
    : { type: "name_taken", field: "user", name };
}
