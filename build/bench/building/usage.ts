/** What this process and all that it has started use: CPU time and memory, as Linux's /proc says. */
import { readdirSync, readFileSync } from "node:fs";

/** Fields of /proc/PID/stat after the name: parent, CPU ticks (own and of ended children), pages. */
const [PARENT, FIRST_TICKS, LAST_TICKS, RESIDENT] = [1, 11, 14, 21];
const TICKS_A_SECOND = 100;
const MB_A_PAGE = 4096 / 1e6;
const SAMPLE_MS = 200;

export interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of all processes together, counting what they share more than once. */
  readonly peakMb: number;
  /** The same without this process: of what the work has started, if nothing else runs. */
  readonly startedMb: number;
}

interface Sample {
  readonly ticks: number;
  readonly mb: number;
  readonly startedMb: number;
}

/** @param now milliseconds; @returns how long `work` took and what it used; without /proc, NaN */
export async function measured<Result>(
  work: () => Promise<Result>,
  now: () => number,
): Promise<{ readonly result: Result; readonly usage: Usage }> {
  const before = sample();
  const began = now();
  let { mb: peakMb, startedMb } = before;
  const look = () => {
    const sampled = sample();
    peakMb = Math.max(peakMb, sampled.mb);
    startedMb = Math.max(startedMb, sampled.startedMb);
    return sampled;
  };
  const timer = setInterval(look, SAMPLE_MS);
  try {
    const result = await work();
    const seconds = (now() - began) / 1000;
    const after = look();
    const cpuSeconds = (after.ticks - before.ticks) / TICKS_A_SECOND;
    return { result, usage: { seconds, cpuSeconds, peakMb, startedMb } };
  } finally {
    clearInterval(timer);
  }
}

function sample(): Sample {
  const stats = new Map(readPids().map((pid) => [pid, readStat(pid)]));
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (stats.has(pid) && isOurs(stats.get(pid)?.[PARENT] ?? 0));
  const ours = [...stats].filter(([pid]) => isOurs(pid)).map(([, fields]) => fields);
  if (ours.length === 0) return { ticks: Number.NaN, mb: Number.NaN, startedMb: Number.NaN };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    ticks: sum(ours.flatMap((fields) => fields.slice(FIRST_TICKS, LAST_TICKS + 1))),
    mb: sum(ours.map(mbOf)),
    startedMb: sum(ours.map(mbOf)) - mbOf(stats.get(process.pid) ?? []),
  };
}

function mbOf(fields: readonly number[]): number {
  return (fields[RESIDENT] ?? 0) * MB_A_PAGE;
}

function readPids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended meanwhile. */
function readStat(pid: number): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
  } catch {
    return [];
  }
}
