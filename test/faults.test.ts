/** Everything that can go wrong, in process: every call is tried. */
import { describe } from "vitest";
import { IS_LONG } from "./faults/long.ts";
import { describeFaults } from "./faults/scenarios.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";

async function openSite() {
  return {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "https://cairn.example", admins: [] },
  };
}

describe("with faults on command", () => {
  describeFaults(openSite, IS_LONG ? 1 : 6, IS_LONG ? 500 : 12);
});
