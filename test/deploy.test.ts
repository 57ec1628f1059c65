/** Deploying, with a wrangler that only says what it was told: in which order, and when it stops. */
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deploySteps, deployWith, KEEP_A_SECRET, type Ran } from "../build/deploy.ts";
import { complaintAbout, customDomains } from "../build/deploy-settings.ts";

const TOML = readFileSync("wrangler.toml", "utf8");
const DONE: Ran = { status: 0, output: "✅ No migrations to apply!", noted: "" };
const SECRETS: Ran = { ...DONE, output: '[{ "name": "SESSION_SECRET", "type": "secret_text" }]' };
const DEPLOYED: Ran = { ...DONE, noted: '{"type":"deploy","version":1,"version_id":"0a1b"}' };
const DECLINED: Ran = { ...DONE, noted: '{"type":"deploy","version":1,"version_id":null}' };
const NEVER = 'Worker "cairn-intake" (env: intake) not found.';

const DOMAINS = ["news.example.org", "old.example.org"];

let said: string[];
let steps: string[];
let answers: Record<string, Ran>;

beforeEach(() => {
  [said, steps, answers] = [[], [], {}];
  for (const env of KEEP_A_SECRET) answers[`secret list --env ${env}`] = SECRETS;
  for (const { step } of deploySteps(null, DOMAINS)) answers[step.join(" ")] = DEPLOYED;
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(console, "error").mockImplementation((line) => void said.push(String(line)));
});

function run(isDryRun = false, domains: readonly string[] = []): number {
  const wrangler = (step: readonly string[]) => {
    steps.push(
      step
        .join(" ")
        .replace(" --remote", "")
        .replace(/ --env [a-z]+$/, ""),
    );
    return answers[step.join(" ")] ?? DONE;
  };
  return deployWith(wrangler, deploySteps(null, domains), isDryRun);
}

const dry = (env: string) => `deploy --env ${env} --dry-run`;

describe("a deploy", () => {
  it("bundles all first, then migrates, and then deploys, the reader first", () => {
    expect(run()).toBe(0);
    expect(steps).toEqual([
      ...["secret list", "secret list"],
      ...["reader", "consumer", "intake"].map(dry),
      "d1 migrations apply cairn-content",
      "d1 migrations list cairn-content",
      "d1 migrations apply cairn-accounts",
      "d1 migrations list cairn-accounts",
      ...["deploy", "deploy", "deploy"],
    ]);
  });

  it("on domains of its own begins with the Worker of files, for these alone", () => {
    expect(run(false, DOMAINS)).toBe(0);
    const assets =
      "deploy --env assets --route news.example.org/assets/* --route news.example.org/favicon.ico " +
      "--route old.example.org/assets/* --route old.example.org/favicon.ico";
    expect(steps[2]).toBe(`${assets} --dry-run`);
    expect(steps.slice(-4)).toEqual([assets, "deploy", "deploy", "deploy"]);
  });

  it.each([
    ["the Worker is not there", { ...DONE, status: 1, output: NEVER }],
    ["it has others", { ...DONE, output: '[{ "name": "OTHER" }]' }],
  ])("stops before all else where a secret is missing, because %s", (_, answer) => {
    answers["secret list --env intake"] = answer;
    expect(run()).toBe(1);
    expect(steps).toEqual(["secret list", "secret list"]);
    expect(said.join()).toMatch(
      /intake must have SESSION_SECRET first.*put SESSION_SECRET --env intake,Nothing has been changed/s,
    );
  });

  it("stops where nobody knows whether there are secrets", () => {
    answers["secret list --env intake"] = { ...DONE, status: 1, output: "fetch failed" };
    expect(run()).toBe(1);
    expect(steps).toHaveLength(1);
    expect(said.join()).toMatch(/fetch failed.*whoami.*Nothing has been changed/s);
  });

  it("stops before anything is migrated where a bundle is wrong", () => {
    answers[dry("intake")] = { ...DONE, status: 3, output: "no such module" };
    expect(run()).toBe(3);
    expect(steps.join()).not.toContain("migrations");
    expect(said.join()).toMatch(/no such module.*Nothing has been changed/s);
  });

  it("stops where a migration was declined, although that is no failure to wrangler", () => {
    const list = "d1 migrations list cairn-accounts --remote --env intake";
    answers[list] = { ...DONE, output: "Migrations to be applied:\n0002_more.sql" };
    expect(run()).toBe(1);
    expect(steps.at(-1)).toBe("d1 migrations list cairn-accounts");
    expect(said.join()).toMatch(
      /0002_more.*Done: cairn-content migrated\. Of cairn-accounts, migrations before .* may be done/s,
    );
  });

  it("says what has been deployed when a Worker cannot be", () => {
    answers["deploy --env consumer"] = { ...DONE, status: null, output: "" };
    expect(run()).toBe(1);
    expect(said.join()).toContain(
      "cairn-accounts migrated, reader deployed. The new consumer may be running all the same. " +
        "Running it again is safe; until then Workers that it has not reached stay as they are.",
    );
    expect(steps.filter((step) => step === "deploy")).toHaveLength(2);
  });

  it("stops where a Worker was declined, although that is no failure to wrangler", () => {
    answers["deploy --env reader"] = DECLINED;
    expect(run()).toBe(1);
    expect(said.join()).toContain("reader was not deployed");
    expect(steps.filter((step) => step === "deploy")).toHaveLength(1);
  });

  it("says what may be half done", () => {
    answers["d1 migrations apply cairn-content --remote --env consumer"] = {
      ...DONE,
      status: 1,
      output: "",
    };
    expect(run()).toBe(1);
    expect(said.join()).toContain(
      "Nothing else has been changed. Of cairn-content, migrations before the one that failed may be " +
        "done. Running it again is safe; ",
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
    for (const name of KEEP_A_SECRET) {
      expect(env[name]?.secrets?.required).toEqual(["SESSION_SECRET"]);
    }
  });

  it("as it is bundled lacks nothing but what is to be filled in", () => {
    expect(complaintAbout(TOML, true)).toBeNull();
    expect(complaintAbout(TOML, false)).toContain("still has its placeholders");
  });

  it("has no domain of its own until it is told one", () => {
    expect(customDomains(TOML)).toEqual([]);
    const routes = 'routes = ["a.example/*", { pattern = "b.example", custom_domain = true }]';
    const toml = TOML.replace('name = "cairn-reader"', `name = "cairn-reader"\n${routes}`);
    expect(customDomains(toml)).toEqual(["b.example"]);
  });

  it("that cannot be read is named, with the line", () => {
    expect(complaintAbout(`${TOML}\nx = [`, false)).toMatch(/^wrangler\.toml: .*x = \[/s);
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
