/** THE list of forms. A new one is its file and a line here. */
import { createCommunity } from "./create-community.ts";
import { del } from "./del.ts";
import type { Form } from "./form.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { register } from "./register.ts";
import { submit } from "./submit.ts";
import { vote } from "./vote.ts";

export const FORMS: readonly Form[] = [register, login, logout, submit, vote, del, createCommunity];
