/**
 * `/api/delete_account`: an account ends. Its name stays taken for ever, so that nobody can pass for
 * who had it; what was written stays without the name, or goes.
 */
import { beginClosing, closeAccount, keepOpen } from "./accounts.ts";
import { allOf, requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { HOME } from "./local-path.ts";
import { passwordsOf } from "./passwords.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { clearedCookies, readAccount } from "./session-cookie.ts";

const CHOICES = ["keep", "delete"] as const;

export const deleteAccount: PersonForm = {
  path: "/api/delete_account",
  page: {
    form: "delete-account",
    title: "Delete your account",
    keeps: ["posts"],
    threadOf: () => null,
  },
  limiter: "ACCOUNT_LIMITER",
  sender: "person",
  isOfClosing: true,
  handle: endAccount,
};

async function endAccount(request: PersonRequest): Promise<Outcome> {
  const { fields, env } = request;
  const sent = allOf({
    passwd: requiredField(fields, "passwd"),
    posts: requiredField(fields, "posts"),
  });
  if (isRefusal(sent)) return sent;
  const posts = CHOICES.find((choice) => choice === sent.posts);
  if (posts === undefined) return { type: "not_a_choice", field: "posts", allowed: CHOICES };
  const account = await readAccount(request);
  if (account === null) return { type: "no_session" };
  if (!(await passwordsOf(env, account.name).check(sent.passwd, account.password))) {
    return { type: "wrong_password", field: "passwd" };
  }
  const epoch = await beginClosing(env.ACCOUNTS, account);
  if (epoch === null) return { type: "no_session" };
  const event = await sendEvent(request, { type: "account_deleted", epoch, posts });
  if (isRefusal(event)) {
    // One that was closing before may have been sent on then.
    if (!account.isClosing) await keepOpen(env.ACCOUNTS, account.name, epoch);
    return event;
  }
  // Not before: an account that is closed and still there could never be deleted again.
  await closeAccount(env.ACCOUNTS, account.name, epoch);
  return { json: { id: null }, location: HOME, cookies: clearedCookies(request.request) };
}
