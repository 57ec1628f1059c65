/** What is given back to the sender of an event that is refused. Pure. */
import type { CairnEvent } from "../queue/events.ts";

/** What they wrote; empty for a vote and the like. */
export function refusedText(event: CairnEvent): string {
  if (event.type === "post_submitted") {
    return `${event.title}\n\n${event.url ?? event.text ?? ""}`.trimEnd();
  }
  if (event.type === "role_set") {
    const role = event.isSet ? event.kind : `${event.kind} no longer`;
    return `${role} in r/${event.community}\n\n${event.reason}`.trimEnd();
  }
  if (event.type === "post_locked") {
    return `${event.isLocked ? "lock" : "unlock"}\n\n${event.reason}`.trimEnd();
  }
  if (event.type === "community_created") return `${event.title}\n\n${event.description}`.trimEnd();
  if ("reason" in event) return event.reason;
  return "text" in event ? event.text : "";
}
