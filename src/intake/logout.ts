/** `/api/logout`: this browser forgets its session; other browsers of the person keep theirs. */
import type { OpenForm } from "./form.ts";
import { clearedCookies } from "./session-cookie.ts";

/** Open to anybody: who has no session has nothing to lose, and wanted none. */
export const logout: OpenForm = {
  path: "/api/logout",
  page: null,
  limiter: null,
  sender: "anybody",
  handle: async ({ request }) => ({
    json: { id: null },
    location: "/",
    cookies: clearedCookies(request),
  }),
};
