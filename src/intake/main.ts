/** Intake's main module: its entry point and its objects, which only workerd can load. */
import { PasswordHasher } from "./password-hasher.ts";
import intake from "./worker.ts";

export default intake;
export { PasswordHasher };
