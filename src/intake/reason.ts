/** What a reason must be like: of a report, a removal, a ban. Pure. */
import { cleanLine } from "../model/clean-text.ts";
import { MAX_REASON_CHARS } from "../model/limits.ts";

export const REASON = { clean: cleanLine, maxChars: MAX_REASON_CHARS };
