/** How the site is, for its admins: the page says itself who they are. */
import type { StatusReport } from "../model/status.ts";
import { guardedKey, queuePath, STATUS_PATH } from "./key.ts";
import { definePage, htmlAndJson, pageOf } from "./page-type.ts";
import { isoTime } from "./post-line.ts";
import { renderTemplate } from "./templates.ts";

export const STATUS_KEY = guardedKey(STATUS_PATH);

/** Changed by cron alone, which names it. */
export const statusPage = definePage<object, StatusReport>({
  name: "status",
  path: "/-/status (key: ~/-/status)",
  tier: "write",
  parse: (key) => (key === STATUS_KEY ? {} : null),
  lane: () => "fast",
  affectedBy: () => [],
  async *every(reads) {
    if ((await reads.status()) !== null) yield STATUS_KEY;
  },
  async load(reads, keys) {
    const report = await reads.status();
    return keys.map(() => report);
  },
  view(_, report, site) {
    const html = renderTemplate("status", {
      title: "Status",
      sections: sectionsOf(report),
      // A report from before a deploy may know none.
      reports: (report.reports ?? []).map(({ community, things }) => ({
        path: queuePath(community),
        community,
        things: things === 1 ? "1 thing" : `${things} things`,
      })),
    });
    return pageOf(...htmlAndJson(html, report), { type: "text", body: site.admins.join("\n") });
  },
});

function sectionsOf(report: StatusReport) {
  const { at, events, waiting, stale, pages, windowsAt, tickedAt, audit, rows } = report;
  const lanes = Object.entries(stale).map(([lane, { pages: waiting, overdue }]) => [
    `${lane} lane`,
    waiting === 0 ? "nothing" : `${waiting} pages, the oldest due for ${overdue} s`,
  ]);
  return [
    { title: "Events", lines: [...Object.entries(events), ...waitingLines(waiting)] },
    { title: "Stale pages", lines: lanes },
    { title: "Pages published", lines: Object.entries(pages) },
    {
      title: "Runs",
      lines: [
        ["this report", isoTime(at)],
        // A report from before a deploy does not say.
        ["last tick", tickedAt ? isoTime(tickedAt) : "never"],
        ["windows moved to", windowsAt === null ? "never" : isoTime(windowsAt)],
        ["last audit", audit.at === 0 ? "never" : isoTime(audit.at)],
        ["pages audited", audit.pages],
        ["pages healed", audit.healed],
      ],
    },
    { title: `Rows and objects, counted ${isoTime(rows.at)}`, lines: countsOf(rows) },
  ];
}

function waitingLines(waiting: StatusReport["waiting"]): [string, string][] {
  if (!waiting) return [];
  const since = waiting.oldestAt === null ? "" : `, the oldest sent ${isoTime(waiting.oldestAt)}`;
  return [["waiting", `${waiting.events}${since}`]];
}

function countsOf({ at: _, ...counts }: StatusReport["rows"]): [string, number][] {
  return Object.entries(counts);
}
