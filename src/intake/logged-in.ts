/** The answer to somebody who has just shown who they are. */
import type { Account } from "./accounts.ts";
import type { Accepted, FormRequest } from "./form.ts";
import { localPath } from "./local-path.ts";
import { sessionCookies } from "./session-cookie.ts";

/** @param dest where they wanted to go, as it was sent */
export async function loggedIn(
  request: FormRequest,
  account: Pick<Account, "name" | "sessionEpoch">,
  dest: string,
): Promise<Accepted> {
  return {
    json: { id: `t2_${account.name.toLowerCase()}` },
    location: localPath(dest),
    cookies: await sessionCookies(request, account),
  };
}
