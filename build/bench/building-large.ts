/** `npm run build` of 200,000 posts, in processes of its own, so that its memory is nobody else's. */
import { openReads } from "../../src/store/reads.ts";
import { type LocalState, withLocalState } from "../local.ts";
import { listObjects } from "../object-files.ts";
import { runTool } from "./building/run-tool.ts";
import { measured } from "./building/usage.ts";
import { withCopyOf } from "./copy.ts";
import { growSite } from "./load/growth.ts";
import type { Table } from "./table.ts";

const POSTS = 200_000;

/** @param stateDir a site, which is copied until it has as many posts */
export function benchLargeBuild(stateDir: string, now: () => number): Promise<Table> {
  return withCopyOf(stateDir, async (copy) => {
    const posts = await withLocalState(copy, grow);
    const rows: string[][] = [];
    for (const what of ["all of it", "again, nothing changed"]) {
      const build = () => runTool("env", [`CAIRN_STATE=${copy}`, "npm", "run", "build"], ".");
      const { usage } = await measured(build, now);
      const objects = await withLocalState(copy, async (state) => listObjects(state.objects).size);
      const { seconds, cpuSeconds, startedMb } = usage;
      rows.push([
        what,
        String(objects),
        seconds.toFixed(1),
        String(Math.round(objects / seconds)),
        cpuSeconds.toFixed(1),
        `${Math.round(startedMb)} MB`,
      ]);
    }
    return {
      title: `Building ${posts} posts`,
      columns: ["", "objects", "seconds", "objects/s", "CPU seconds", "peak memory"],
      rows,
    };
  });
}

/** @returns how many posts there are then */
async function grow({ db }: LocalState): Promise<number> {
  const [posts = []] = await openReads(db).rankedSlices([
    { ranking: "hot", scope: null, from: 0, count: POSTS },
  ]);
  const times = Math.ceil(POSTS / posts.length);
  await growSite(db, posts, times);
  return posts.length * times;
}
