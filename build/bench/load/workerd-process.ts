/** A process of workerd, started by Miniflare, with what it has used of a processor. */
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { bundle, workerdOf } from "../reading/contender.ts";
import { cpuMicroseconds } from "../reading/load.ts";

export interface WorkerdProcess {
  readonly miniflare: Miniflare;
  /** CPU time so far. */
  cpuMicroseconds(): number;
  /** To one of its Workers. */
  post(worker: string, path: string, body: unknown): ReturnType<Miniflare["dispatchFetch"]>;
}

/** @param workers as Miniflare describes them */
export async function startWorkerd(
  workers: readonly object[],
  shared: object = {},
): Promise<WorkerdProcess> {
  const before = new Set(workerdOf());
  const options = { ...shared, workers } as unknown as V4MiniflareOptions;
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  await miniflare.ready;
  const pid = workerdOf().find((each) => !before.has(each));
  if (pid === undefined) throw new Error("workerd did not start");
  return {
    miniflare,
    cpuMicroseconds: () => cpuMicroseconds(pid),
    post: async (worker, path, body) => {
      const answer = await miniflare.dispatchFetch(`http://${worker}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      if (answer.ok) return answer;
      throw new Error(`${worker}${path}: ${answer.status} ${await answer.text()}`);
    },
  };
}

/** @param main a Worker's entry point */
export async function codeOf(main: string) {
  return codeThat(await bundle(main));
}

/** @param contents a module */
export function codeThat(contents: string) {
  return {
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: ownOptions().compatibilityDate,
    compatibilityFlags: ["nodejs_compat"],
  };
}

/** Of the Worker that stands for all of Cairn's locally. */
export function ownOptions() {
  return unstable_getMiniflareWorkerOptions("wrangler.toml", "dev").workerOptions;
}
