/** `/api/login`: a session for somebody who knows an account's password. */
import { USER_NAME } from "../model/limits.ts";
import { findAccount } from "./accounts.ts";
import { allOf, optionalField, requiredField } from "./fields.ts";
import type { FormRequest, OpenForm, Outcome } from "./form.ts";
import { loggedIn } from "./logged-in.ts";
import { passwordsOf } from "./passwords.ts";
import { isRefusal } from "./refusal.ts";

export const login: OpenForm = {
  path: "/api/login",
  page: { form: "login", title: "Log in", keeps: ["user", "dest"], threadOf: null },
  limiter: "ACCOUNT_LIMITER",
  sender: "anybody",
  handle: openSession,
};

/** An unknown name and a wrong password get the same answer, after the same work. */
async function openSession(request: FormRequest): Promise<Outcome> {
  const { fields, env } = request;
  const sent = allOf({
    user: requiredField(fields, "user"),
    passwd: requiredField(fields, "passwd"),
    dest: optionalField(fields, "dest"),
  });
  if (isRefusal(sent)) return sent;
  const name = sent.user.trim();
  const account = USER_NAME.test(name) ? await findAccount(env.ACCOUNTS, name) : null;
  const isRight = await passwordsOf(env, name).check(sent.passwd, account?.password ?? null);
  return account && isRight ? loggedIn(request, account, sent.dest) : { type: "wrong_login" };
}
