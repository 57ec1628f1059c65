/** The headers of every answer of intake: personal, uncached, and nothing from elsewhere in it. */
import { CONTENT_SECURITY_POLICY } from "../model/content-security-policy.ts";

export function setSecurityHeaders(headers: Headers): void {
  headers.set("cache-control", "no-store");
  headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
  headers.set("referrer-policy", "same-origin");
  headers.set("x-content-type-options", "nosniff");
}
