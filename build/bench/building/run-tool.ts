/** Runs another program to its end, in a folder. */
import { spawn } from "node:child_process";

/** Throws with what it said if it fails. */
export async function runTool(
  command: string,
  args: readonly string[],
  folder: string,
): Promise<void> {
  const tool = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [tool.stdout, tool.stderr]) {
    stream.on("data", (text: Buffer) => {
      said = (said + text).slice(-2000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    tool.once("error", reject);
    tool.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said}`);
}
