/** The scripts when something is wrong: they say what, and end with 1. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseArguments } from "../build/arguments.ts";
import { deploySteps, isDryRunOfNpm } from "../build/deploy.ts";
import { leftPlaceholders, wrongPlans } from "../build/deploy-settings.ts";
import { withLocalState } from "../build/local.ts";
import { migrate } from "../build/migrate.ts";
import { startOf } from "../build/processes.ts";

const STATE = mkdtempSync(join(tmpdir(), "cairn-cli-"));
afterAll(() => rmSync(STATE, { recursive: true }));

function run(args: readonly string[], environment: Record<string, string> = {}, cwd = ".") {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve("build/cli.ts"), ...args],
    {
      cwd,
      env: { ...process.env, CAIRN_STATE: STATE, ...environment },
      encoding: "utf8",
      timeout: 30_000,
    },
  );
  return { status, output: stdout + stderr };
}

describe("a script", () => {
  it.each([
    [
      "names the file that it cannot read",
      ["import", "/nowhere.csv"],
      {},
      "cannot read /nowhere.csv",
    ],
    ["refuses a port that is none", ["dev"], { PORT: "door" }, "PORT is door"],
    ["refuses a plan that is none", ["deploy"], { CAIRN_PLAN: "Free" }, "CAIRN_PLAN is Free"],
    ["knows its commands", ["biuld"], {}, "no such command: biuld"],
    ["knows no other names", ["toString"], {}, "no such command: toString"],
    ["does not deploy what it mistakes", ["deploy", "--dryrun"], {}, "no option --dryrun"],
    ["exports to one file", ["export", "a", "b"], {}, '"b" is too much. Usage: npm run export -- '],
    ["takes no arguments that it does not know", ["build", "all"], {}, '"all" is too much'],
    ["discards all or some", ["dead", "discard", "--all", "x"], {}, "Usage: npm run dead -- list"],
    ["restores no file that is no backup", ["restore", "package.json"], {}, "it is no backup"],
    ["exports to no file", ["export"], {}, "names no file"],
    ["exports to no file without a name", ["export", ""], {}, "names no file"],
    ["exports onto no folder", ["export", "build"], {}, "cannot write build: build is a folder"],
    ["does not deploy placeholders", ["deploy"], {}, "still has its placeholders"],
  ])("%s", (_, args, environment, complaint) => {
    const { status, output } = run(args, environment);
    expect(output).toContain(complaint);
    expect(status).toBe(1);
  });

  it("serves no state of an earlier version, whose pages nobody could write", async () => {
    const old = join(STATE, "old");
    await withLocalState(old, async (state) => {
      await migrate(state);
      await state.db.prepare("DELETE FROM d1_migrations WHERE name LIKE '0021%'").run();
    });
    const { status, output } = run(["dev"], { CAIRN_STATE: old });
    expect(output).toContain(`cannot serve ${old}: it is of an earlier version. npm start`);
    expect(status).toBe(1);
  });

  it("shows that it is done with a file in which there is nothing", () => {
    const empty = join(STATE, "empty.csv");
    writeFileSync(empty, "");
    const { output } = run(["import", empty], { CAIRN_STATE: join(STATE, "imported") });
    expect(output).toContain("100% | 100/100");
  });

  it("asks the server that has the state, and says if that does not answer", () => {
    const own = { pids: [process.pid], starts: [startOf(process.pid)] };
    const lock = { ...own, command: "npm start", port: 1, simulator: null };
    writeFileSync(join(STATE, "cairn.lock"), JSON.stringify(lock));
    const { status, output } = run(["dead", "list"]);
    rmSync(join(STATE, "cairn.lock"));
    expect(output).toContain(`the server that uses ${STATE} does not answer on port 1`);
    expect(status).toBe(1);
  });

  it.each([["build"], ["export"]])("asked for help says what it takes, no more: %s", (command) => {
    const { status, output } = run([command, "--help"]);
    expect(output).toMatch(new RegExp(`^npm run ${command}.*\\n$`));
    expect(status).toBe(0);
    expect(existsSync("--help")).toBe(false);
  });

  describe("that deploys", () => {
    const toml = readFileSync("wrangler.toml", "utf8");
    const uuid = "0a1b2c3d-0000-4000-8000-0123456789ab";
    const placeholders = [
      ["consumer", 'database_id = "cairn-content"', `database_id = "${uuid}"`],
      ["consumer", 'id = "cairn-site"', `id = "${"0a1b".repeat(8)}"`],
      ["consumer", 'ORIGIN = "http://localhost:8787"', 'ORIGIN = "https://cairn.example"'],
      ["intake", 'database_id = "cairn-accounts"', `database_id = "${uuid}"`],
      ["reader", 'id = "cairn-site"', `id = "${"0a1b".repeat(8)}"`],
    ] as const;
    const named = placeholders.map(([worker, placed]) => `${placed} (env.${worker})`);

    /** wrangler.toml with all placeholders of production replaced but one. */
    function replacedBut(kept: number): string {
      return placeholders.reduce((text, [worker, placed, real], index) => {
        if (index === kept) return text;
        const at = text.indexOf(placed, text.indexOf(`[env.${worker}]`));
        expect(at, placed).toBeGreaterThan(0);
        expect(at, placed).toBeLessThan(text.indexOf("[env.dev]"));
        return text.slice(0, at) + text.slice(at).replace(placed, real);
      }, toml);
    }

    it("names every placeholder of the bundled wrangler.toml", () => {
      expect(leftPlaceholders(toml)).toEqual(named);
      expect(run(["deploy"]).output).toContain(named.join("; "));
    });

    it.each(placeholders.map((_, index) => index))("names placeholder %i, left alone", (index) => {
      expect(leftPlaceholders(replacedBut(index))).toEqual([named[index]]);
    });

    it("names none when all are replaced", () => {
      expect(leftPlaceholders(replacedBut(-1))).toEqual([]);
    });

    it.each([
      ["https://127.0.0.1", false],
      ["http://cairn.localhost:80", false],
      ["cairn.example", false],
      ["", false],
      ["https://localhost.example", true],
    ])("asks whether others reach ORIGIN = %s, wherever the file has it", (origin, isReached) => {
      const found = leftPlaceholders(`[env.consumer.vars]\n"ORIGIN" = '${origin}'`);
      expect(found).toEqual(isReached ? [] : [`ORIGIN = "${origin}" (env.consumer)`]);
    });

    it.each([
      [{ npm_config_dry_run: "true" }, true],
      [{ npm_config_dryrun: "true" }, true],
      [{ npm_config_dry_run: "" }, false],
      [{ npm_config_yes: "true" }, false],
    ])("heeds a dry run that npm took for its own: %o", (environment, isDryRun) => {
      expect(isDryRunOfNpm(environment)).toBe(isDryRun);
    });

    it("misses the consumer's ORIGIN", () => {
      expect(leftPlaceholders("")).toEqual(["no ORIGIN (env.consumer)"]);
    });
  });

  it.each([
    [null, ["deploy --env reader", "deploy --env consumer", "deploy --env intake"]],
    [
      "free",
      [
        "deploy --env reader",
        "deploy --env consumer --var PLAN:free",
        "deploy --env intake --var PLAN:free",
      ],
    ],
  ] as const)("tells those Workers the plan that work differently on it: %s", (plan, steps) => {
    expect(deploySteps(plan, []).map(({ step }) => step.join(" "))).toEqual(steps);
  });

  it("finds a plan in wrangler.toml that is none", () => {
    const toml = `[env.reader]\n[env.consumer]\nvars = { A = "b", PLAN='Free' }
      [env.intake.vars]\nPLAN = "paid"\n[env.dev.vars]\n"PLAN" = "free"`;
    expect(wrongPlans(toml)).toEqual(["Free"]);
    expect(wrongPlans(readFileSync("wrangler.toml", "utf8"))).toEqual([]);
  });

  it("says before an audit that the pages were written with another configuration", () => {
    const [built, other] = ["https://one.example", "https://two.example"].map((CAIRN_ORIGIN) => ({
      CAIRN_ORIGIN,
      CAIRN_STATE: join(STATE, "built"),
    }));
    expect(run(["build"], built).status).toBe(0);
    const complaint =
      "CAIRN_ADMINS, so many will differ. Run npm run build with this configuration";
    const same = run(["audit"], built);
    expect(same.output).not.toContain(complaint);
    expect(same.status).toBe(0);
    const { status, output } = run(["audit"], other);
    expect(output.indexOf(complaint)).toBeGreaterThan(-1);
    expect(output.indexOf(complaint)).toBeLessThan(output.indexOf("differs: "));
    expect(output).toMatch(/^\d+ pages compared, [1-9]\d* differ, 0 missing, 0 extra$/m);
    expect(status).toBe(1);
  }, 120_000);

  it.each(["start", "dev"])("says before %s that its port is taken", async (command) => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const { status, output } = run([command], { PORT: String(port) });
    expect(output).toMatch(
      new RegExp(`^cannot serve on port ${port}: .* PORT=\\d+ npm (start|run dev)\n$`),
    );
    expect(status).toBe(1);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe("a server that wrangler could not bundle", () => {
  it.each(["start", "dev"])("is refused by %s before anything is done", (command) => {
    const folder = mkdtempSync(join(tmpdir(), "cairn-unwritable-"));
    writeFileSync(join(folder, ".wrangler"), "");
    const { status, output } = run([command], {}, folder);
    expect(output).toMatch(/^cannot serve: wrangler bundles in .*: E\w+: .*\n$/);
    expect(status).toBe(1);
    rmSync(folder, { recursive: true });
  });
});

describe("arguments", () => {
  const words = { least: 1, most: 2, none: "it names no file" };
  const expected = { usage: "npm run it", options: ["all"], words };

  it.each([
    [["a", "--all"], { type: "given", words: ["a"], options: ["all"] }],
    [["--", "--a", "-b"], { type: "given", words: ["--a", "-b"], options: [] }],
    [["a", "--", "--help"], { type: "given", words: ["a", "--help"], options: [] }],
    [["a", "--al"], { type: "refused", why: "there is no option --al" }],
    [["a", "--all=no"], { type: "refused", why: "there is no option --all" }],
    [["a", "--no-all"], { type: "refused", why: "there is no option --no-all" }],
    [["a", "-x"], { type: "refused", why: "there is no option -x" }],
    [["a", "--toString"], { type: "refused", why: "there is no option --toString" }],
    [["a", "b", "c"], { type: "refused", why: '"c" is too much' }],
    [[""], { type: "refused", why: "it names no file" }],
    [["--all", "-h"], { type: "help" }],
  ])("%o are taken apart, or refused", (args, parsed) => {
    expect(parseArguments(args, expected)).toEqual(parsed);
  });

  it("name parts of the bench, and no other", () => {
    const { status, output } = run(["bench", "reading", "rading"]);
    expect(output).toBe(
      'Nothing was done: there is no "rading". Usage: npm run bench [-- views|writes|building|reading|load|large …]\n',
    );
    expect(status).toBe(1);
  });
});
