/** Deploying, with a wrangler that only says what it was told: in which order, and when it stops. */
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deployWith, type Ran } from "../build/deploy.ts";
import { complaintAbout } from "../build/deploy-settings.ts";

const TOML = readFileSync("wrangler.toml", "utf8");
const DONE: Ran = { status: 0, output: "✅ No migrations to apply!" };
const NEVER = "This Worker does not exist on your account. [code: 10007]";

let said: string[];
let steps: string[];
let answers: Record<string, Ran>;

beforeEach(() => {
  [said, steps, answers] = [[], [], {}];
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(console, "error").mockImplementation((line) => void said.push(String(line)));
});

function run(isDryRun = false): number {
  const wrangler = (step: readonly string[]) => {
    steps.push(
      step
        .join(" ")
        .replace(" --remote", "")
        .replace(/ --env [a-z]+$/, ""),
    );
    return answers[step.join(" ")] ?? DONE;
  };
  return deployWith(wrangler, null, isDryRun);
}

const dry = (env: string) => `deploy --env ${env} --dry-run`;

describe("a deploy", () => {
  it("bundles all first, then migrates, and then deploys, the reader first", () => {
    expect(run()).toBe(0);
    expect(steps).toEqual([
      "deployments list",
      ...["reader", "consumer", "intake"].map(dry),
      "d1 migrations apply cairn-content",
      "d1 migrations list cairn-content",
      "d1 migrations apply cairn-accounts",
      "d1 migrations list cairn-accounts",
      ...["deploy", "deploy", "deploy"],
    ]);
  });

  it("that is the first begins with intake", () => {
    answers["deployments list --env intake"] = { status: 1, output: NEVER };
    expect(run()).toBe(0);
    expect(steps.slice(1, 4)).toEqual(["intake", "reader", "consumer"].map(dry));
  });

  it("stops where nobody knows whether it is the first", () => {
    answers["deployments list --env intake"] = { status: 1, output: "fetch failed" };
    expect(run()).toBe(1);
    expect(steps).toHaveLength(1);
    expect(said.join()).toMatch(/fetch failed.*Nothing has been changed/s);
  });

  it("stops before anything is migrated where a bundle is wrong", () => {
    answers[dry("intake")] = { status: 3, output: "no such module" };
    expect(run()).toBe(3);
    expect(steps.join()).not.toContain("migrations");
    expect(said.join()).toMatch(/no such module.*Nothing has been changed/s);
  });

  it("stops where a migration was declined, although that is no failure to wrangler", () => {
    const list = "d1 migrations list cairn-accounts --remote --env intake";
    answers[list] = { status: 0, output: "Migrations to be applied:\n0002_more.sql" };
    expect(run()).toBe(1);
    expect(steps.at(-1)).toBe("d1 migrations list cairn-accounts");
    expect(said.join()).toMatch(
      /0002_more.*Done: cairn-content migrated\. Of cairn-accounts, migrations before .* may be done/s,
    );
  });

  it("says what has been deployed when a Worker cannot be", () => {
    answers["deploy --env consumer"] = { status: null, output: "" };
    expect(run()).toBe(1);
    expect(said.join()).toContain(
      "cairn-accounts migrated, reader deployed. The new consumer may be running all the same. " +
        "Running it again is safe; until then the old version of the others serves on.",
    );
    expect(steps.filter((step) => step === "deploy")).toHaveLength(2);
  });

  it("says what may be half done, and of no old version where there is none", () => {
    answers["deployments list --env intake"] = { status: 1, output: NEVER };
    answers["d1 migrations apply cairn-content --remote --env consumer"] = {
      status: 1,
      output: "",
    };
    expect(run()).toBe(1);
    expect(said.join()).toContain(
      "Nothing else has been changed. Of cairn-content, migrations before the one that failed may be " +
        "done. Running it again is safe.",
    );
  });

  it("that is dry touches nothing", () => {
    expect(run(true)).toBe(0);
    expect(steps).toEqual(["reader", "consumer", "intake"].map(dry));
  });
});

describe("wrangler.toml", () => {
  it("has no Worker deployed that lacks its secret", () => {
    const { env } = parse(TOML) as { env: Record<string, { secrets?: { required: string[] } }> };
    for (const name of ["reader", "intake"]) {
      expect(env[name]?.secrets?.required).toEqual(["SESSION_SECRET"]);
    }
  });

  it("as it is bundled lacks nothing but what is to be filled in", () => {
    expect(complaintAbout(TOML, true)).toBeNull();
    expect(complaintAbout(TOML, false)).toContain("still has its placeholders");
  });

  it.each([
    [
      'ORIGIN = "http://localhost:8787"',
      'ORIGIN = "https://example.org/"',
      "takes https://example.org",
    ],
    [
      'ORIGIN = "http://localhost:8787"',
      'ORIGIN = "https://Example.org"',
      "takes https://example.org",
    ],
    [
      'ORIGIN = "http://localhost:8787"',
      'ORIGIN = "https://example.org/news"',
      "a scheme and a host",
    ],
    ['ADMINS = ""', 'ADMINS = "root alice"', "ADMINS has root alice"],
  ])("with %s as %s is not deployed", (before, after, complaint) => {
    const at = TOML.indexOf("[env.consumer]");
    const toml = TOML.slice(0, at) + TOML.slice(at).replace(before, after);
    expect(toml).not.toBe(TOML);
    expect(complaintAbout(toml, true)).toContain(complaint);
  });
});
