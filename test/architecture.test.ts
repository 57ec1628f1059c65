/** The project's own rules: they fail when the code drifts from them. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { PRODUCTION } from "../build/bench/lanes.ts";
import { OUTPUT } from "../build/compile-scripts.ts";
import { KEEP_A_SECRET, WORKERS } from "../build/deploy.ts";
import type { ConsumerEnv, IntakeEnv, ReaderEnv } from "../src/bindings.ts";
import { CONTENT_SECURITY_POLICY } from "../src/model/content-security-policy.ts";
import { PAGE_TYPES } from "../src/pages/table.ts";

const ROOT = join(import.meta.dirname, "..");

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("compiled"))
    .map((file) => join(folder, file));
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const IMPORT = /^import\s+(type\s)?[^;]*?from\s+"([^"]+)";/gm;

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(IMPORT)].map(([, type, target = ""]) => ({
    from: file,
    to: target.startsWith(".") ? normalize(join(dirname(file), target)) : target,
    isType: type !== undefined,
  }));
}

const ALL = [...sources("src"), ...sources("build")];
const IMPORTS = ALL.flatMap(importsOf);

/** Of whatever is more than types. */
const IMPORTED = Map.groupBy(
  IMPORTS.filter(({ isType }) => !isType),
  ({ from }) => from,
);

/** All files whose code comes with that of this one, which is among them. */
function reachedFrom(file: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const walk = (next: string) => {
    if (reached.has(next)) return;
    reached.add(next);
    for (const { to } of IMPORTED.get(next) ?? []) walk(to);
  };
  walk(file);
  return reached;
}

/** Of pages, what the reader may know: rooms of their own. */
const SHARED = ["pages/key", "pages/together", "pages/storage"];

function roomOf(file: string): string {
  const shared = file.slice("src/".length, -".ts".length);
  if (SHARED.includes(shared)) return shared;
  if (file.startsWith("build/")) return "build";
  const [, room = ""] = file.split("/");
  return room.replace(/\.ts$/, "");
}

/** Who may import whom; `type ` in front allows types only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  queue: ["model"],
  store: ["model", "type queue"],
  "pages/key": ["model"],
  "pages/together": ["pages/key", "model"],
  "pages/storage": ["model", "type bindings"],
  pages: [...SHARED, "model", "type store", "type queue"],
  consumer: ["queue", "store", "pages", ...SHARED, "model", "bindings"],
  intake: ["queue", "model", "bindings", "pages"],
  reader: [...SHARED, "model", "bindings"],
  bindings: [],
  dev: ["reader", "intake", "consumer", "store", "model", "bindings"],
  build: ["consumer", "store", "pages", ...SHARED, "model", "queue", "dev", "type bindings"],
};

describe("imports", () => {
  const local = IMPORTS.filter(({ to }) => to.startsWith("src/") || to.startsWith("build/"));

  it.each(Object.keys(MAY_IMPORT))("of %s stay inside what it may know", (room) => {
    const allowed = MAY_IMPORT[room] ?? [];
    const wrong = local.filter(({ from, to, isType }) => {
      if (roomOf(from) !== room || roomOf(to) === room) return false;
      return !allowed.includes(roomOf(to)) && !(isType && allowed.includes(`type ${roomOf(to)}`));
    });
    expect(wrong).toEqual([]);
  });

  it("of intake take nothing from pages but templates", () => {
    const taken = local.filter(
      ({ from, to }) => roomOf(from) === "intake" && roomOf(to) === "pages",
    );
    expect(new Set(taken.map(({ to }) => to))).toEqual(new Set(["src/pages/templates.ts"]));
  });

  it("lead nowhere back to where they come from, but for types", () => {
    const back = local.filter(({ from, to, isType }) => !isType && reachedFrom(to).has(from));
    expect(back).toEqual([]);
  });

  it("cover every room", () => {
    expect(new Set(ALL.map(roomOf))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });
});

describe("capabilities", () => {
  function filesWith(pattern: RegExp, files: readonly string[] = ALL): string[] {
    return files.filter((file) => pattern.test(read(file))).sort();
  }
  const inSrc = ALL.filter((file) => file.startsWith("src/"));

  it("SQL is spoken by the store and the accounts only", () => {
    const speakers = filesWith(/\.prepare\(|\bD1Database\b/, inSrc);
    const allowed = speakers.filter(
      (file) => !/^src\/(store\/|intake\/accounts\.ts|bindings\.ts)/.test(file),
    );
    expect(allowed).toEqual([]);
    expect(filesWith(/\.prepare\(/, sources("build"))).toEqual([
      // Counts what others ask.
      "build/bench/counted-stores.ts",
      // The page that the others are compared with: its one statement.
      "build/bench/reading/d1-page.ts",
      // The door to D1's local file: the statements that pass through it are the store's.
      "build/content-file.ts",
      "build/migrate.ts",
      // Not D1's tables: the one in which the simulator of R2 keeps its objects.
      "build/object-files.ts",
    ]);
  });

  it("R2 and KV are touched by pages/storage only", () => {
    expect(filesWith(/\bR2Bucket\b|\bKVNamespace\b/, inSrc)).toEqual([
      "src/bindings.ts",
      "src/pages/storage.ts",
    ]);
  });

  it("the clock and randomness begin in entry points", () => {
    const clock = /Date\.now|new Date\(\)|Math\.random|randomUUID|getRandomValues|performance\.now/;
    expect(filesWith(clock)).toEqual([
      "build/bench/load/worker.ts",
      "build/cli.ts",
      "src/consumer/worker.ts",
      "src/dev.ts",
      "src/intake/worker.ts",
      "src/reader/worker.ts",
    ]);
  });

  it("Node's modules are used in src only where workerd offers them and they are needed", () => {
    const node = IMPORTS.filter(
      ({ from, to }) => from.startsWith("src/") && to.startsWith("node:"),
    );
    expect(node.map(({ from, to }) => `${from} ${to}`).sort()).toEqual([
      "src/intake/password.ts node:buffer",
      "src/intake/password.ts node:crypto",
      "src/pages/compare.ts node:zlib",
      "src/pages/encode.ts node:crypto",
      "src/pages/encode.ts node:zlib",
    ]);
  });

  it("no path is taken from a URL, which writes a space in the folder's name as %20", () => {
    expect(filesWith(/import\.meta\.url\)\.pathname/, [...ALL, ...sources("test")])).toEqual([]);
  });

  it("templates let raw HTML in only where our sanitiser or our own templates made it", () => {
    const raw = readdirSync(join(ROOT, "templates"))
      .filter((file) => file.endsWith(".eta"))
      .flatMap((file) => [...read(`templates/${file}`).matchAll(/<%~\s*(.+?)[\s-]*%>/g)])
      .map(([, expression = ""]) => expression)
      .filter((expression) => !/^(include|block|it\.body)\b/.test(expression));
    expect(new Set(raw)).toEqual(
      new Set([
        "it.textHtml",
        "comment.textHtml",
        "thing.textHtml",
        "it.repliesHtml",
        "it.commentsHtml",
      ]),
    );
  });

  it("every number that is a constant has its unit or its reason above it", () => {
    const bare = inSrc.flatMap((file) => [
      ...read(file).matchAll(/^.*(?<!\*\/)\n(?:export )?const [A-Z][A-Z_]+ = [\d_]+;$/gm),
    ]);
    expect(bare.map(([lines]) => lines)).toEqual([]);
  });

  it("every file opens with what it is for", () => {
    expect(ALL.filter((file) => !read(file).startsWith("/**"))).toEqual([]);
  });
});

interface Environment {
  readonly main: string;
  readonly assets?: { readonly directory: string };
  readonly cache?: { readonly enabled: boolean; readonly cross_version_cache: boolean };
  readonly vars?: Record<string, string>;
  readonly d1_databases?: readonly { readonly binding: string }[];
  readonly r2_buckets?: readonly { readonly binding: string }[];
  readonly kv_namespaces?: readonly { readonly binding: string }[];
  readonly services?: readonly { readonly binding: string; readonly service: string }[];
  readonly durable_objects?: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
  readonly migrations?: readonly { readonly new_sqlite_classes: readonly string[] }[];
  readonly ratelimits?: readonly { readonly name: string }[];
  readonly queues?: {
    readonly producers?: readonly { readonly binding: string }[];
    readonly consumers?: readonly unknown[];
  };
}

const CONFIG = parse(read("wrangler.toml")) as unknown as Record<string, unknown> & {
  readonly env: Record<"reader" | "assets" | "intake" | "consumer" | "dev", Environment>;
};

function bindingsOf(environment: Environment): Set<string> {
  const { vars, d1_databases, r2_buckets, kv_namespaces, services, ratelimits, queues } =
    environment;
  const objects = environment.durable_objects?.bindings;
  const named = [d1_databases, r2_buckets, kv_namespaces, services, queues?.producers];
  return new Set([
    ...Object.keys(vars ?? {}),
    ...named.flatMap((list) => (list ?? []).map(({ binding }) => binding)),
    ...[...(ratelimits ?? []), ...(objects ?? [])].map(({ name }) => name),
  ]);
}

/** The fields of an interface of src/bindings.ts, without the secrets, which no file holds. */
function fieldsOf(name: string): Set<string> {
  const [, body = ""] =
    new RegExp(`interface ${name} {(.*?)\n}`, "s").exec(read("src/bindings.ts")) ?? [];
  const fields = [...body.matchAll(/readonly (\w+):/g)].map(([, field = ""]) => field);
  return new Set(fields.filter((field) => !field.endsWith("_SECRET")));
}

/** Compiles only while the reader's type has none of these. */
const readerCannotName: Extract<
  keyof ReaderEnv,
  "DB" | "ACCOUNTS" | "EVENTS" | "PUBLISH"
> extends never
  ? true
  : false = true;
const intakeCannotName: Extract<keyof IntakeEnv, "DB" | "PAGES" | "SITE"> extends never
  ? true
  : false = true;
const consumerCannotName: Extract<keyof ConsumerEnv, "ACCOUNTS" | "INTAKE"> extends never
  ? true
  : false = true;

describe("a migration", () => {
  const files = readdirSync(join(ROOT, "migrations"), { recursive: true, encoding: "utf8" });

  it.each(files.filter((name) => name.endsWith(".sql")))(
    "%s has no comment that D1 could cut statements by, as it does with whole files on its side",
    (name) => {
      const comments = [...read(`migrations/${name}`).matchAll(/--.*/g)].map(
        ([comment]) => comment,
      );
      expect(comments.filter((comment) => /["';`]/.test(comment))).toEqual([]);
    },
  );
});

describe("what the Workers tell", () => {
  it("is failures: a trace of each request would be billed", () => {
    expect(CONFIG.observability).toMatchObject({
      logs: { enabled: true, invocation_logs: false },
      traces: { enabled: false },
    });
  });
});

describe("no read can reach a database", () => {
  const { reader, intake, consumer, dev } = CONFIG.env;

  it("because the reader has no such binding", () => {
    expect(bindingsOf(reader)).toEqual(new Set(["KEEP_MS", "PAGES", "SITE", "INTAKE"]));
    expect(reader.d1_databases).toBeUndefined();
    expect(reader.queues).toBeUndefined();
  });

  it("nor has any Worker a binding of a kind that this test does not know", () => {
    const known = [
      ...["name", "main", "workers_dev", "preview_urls", "cache", "vars", "secrets", "assets"],
      ...["r2_buckets", "kv_namespaces", "d1_databases", "services", "queues", "ratelimits"],
      ...["durable_objects", "migrations", "triggers"],
    ];
    // A domain of one's own is the reader's, and its files' (see build/deploy.ts): no other has a route.
    const unknown = Object.entries(CONFIG.env).flatMap(([name, environment]) =>
      Object.keys(environment)
        .filter((key) => !known.includes(key) && !(name === "reader" && key === "routes"))
        .map((key) => `${name}: ${key}`),
    );
    expect(unknown).toEqual([]);
  });

  it("because its type has no such field", () => {
    expect([readerCannotName, intakeCannotName, consumerCannotName]).toEqual([true, true, true]);
  });

  it("because nothing that it imports, however far, knows one", () => {
    expect(
      [...reachedFrom(reader.main)].filter((file) =>
        /src\/(store|queue|consumer|intake)\//.test(file),
      ),
    ).toEqual([]);
  });

  it("and every Worker has the bindings that its type names, and no others", () => {
    expect(bindingsOf(reader)).toEqual(fieldsOf("ReaderEnv"));
    expect(bindingsOf(intake)).toEqual(fieldsOf("IntakeEnv"));
    expect(bindingsOf(consumer)).toEqual(fieldsOf("ConsumerEnv"));
    const types = ["ReaderEnv", "IntakeEnv", "ConsumerEnv", "JournalEnv"].map(fieldsOf);
    const local = new Set(types.flatMap((fields) => [...fields]));
    // Nothing caches in front of the local reader.
    local.delete("READER");
    expect(bindingsOf(dev)).toEqual(local);
  });

  it("and no Worker of production has anything of the local journal", () => {
    expect(fieldsOf("JournalEnv")).toEqual(new Set(["JOURNAL", "LOG_SQL"]));
    expect(reachedFrom(dev.main)).toContain("src/store/journal.ts");
    for (const { main, ...environment } of [reader, intake, consumer]) {
      expect(bindingsOf({ main, ...environment })).not.toContain("JOURNAL");
      expect([...reachedFrom(main)].filter((file) => /journal|src\/dev/.test(file))).toEqual([]);
    }
  });

  it("and the top level, which environments do not inherit, binds nothing", () => {
    expect(bindingsOf(CONFIG as unknown as Environment)).toEqual(new Set());
  });

  it("and a deploy has each Worker before those that call it, if only for its secret", () => {
    const { env } = CONFIG;
    WORKERS.forEach((name, index) => {
      const called = (env[name].services ?? []).map(({ service }) => service);
      const there = [...KEEP_A_SECRET, ...WORKERS.slice(0, index)].map((each) => `cairn-${each}`);
      expect(called.filter((service) => !there.includes(service))).toEqual([]);
    });
    expect(new Set<string>([...WORKERS, "assets", "dev"])).toEqual(new Set(Object.keys(env)));
  });

  it("and the free plan's objects are those of who is bound to them, made with SQLite", () => {
    const made = Object.entries(CONFIG.env).map(([name, { durable_objects, migrations }]) => {
      const bound = (durable_objects?.bindings ?? []).map(({ class_name }) => class_name);
      const classes = (migrations ?? []).flatMap(({ new_sqlite_classes }) => new_sqlite_classes);
      expect(classes).toEqual(bound);
      return [name, classes];
    });
    expect(Object.fromEntries(made)).toEqual({
      reader: [],
      assets: [],
      intake: ["PasswordHasher"],
      consumer: ["Workshop"],
      dev: ["PasswordHasher", "Workshop"],
    });
  });

  it("and only the reader has a public address", () => {
    expect(CONFIG.env).toMatchObject({
      reader: { workers_dev: true, preview_urls: false },
      assets: { workers_dev: false, preview_urls: false },
      intake: { workers_dev: false, preview_urls: false },
      consumer: { workers_dev: false, preview_urls: false },
    });
  });
});

describe("assets", () => {
  it("stay, of whatever generation a template of any commit refers to", () => {
    const history = ["log", "--format=", "-p", "--", "templates/*.eta"];
    const { stdout, status } = spawnSync("git", history, { cwd: ROOT, encoding: "utf8" });
    // Where there is no history, as in an archive, the templates of now must do.
    const templates = readdirSync(join(ROOT, "templates")).filter((file) => file.endsWith(".eta"));
    const now = templates.map((file) => read(`templates/${file}`)).join();
    const known = `${status === 0 ? stdout : ""}${now}`.match(/\/assets\/\d+\/[\w.-]+/g) ?? [];
    const missing = [...new Set(known)].filter(
      (path) => !existsSync(join(ROOT, "templates/public", path)),
    );
    expect(known.length).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });

  it("have a Worker without code, so that on a domain of its own nobody pays for them", () => {
    const { reader, assets } = CONFIG.env;
    expect(assets).toMatchObject({ name: "cairn-assets", assets: reader.assets });
    expect([CONFIG, assets].filter((environment) => "main" in environment)).toEqual([]);
    expect(bindingsOf(assets)).toEqual(new Set());
  });

  it("are compiled for the newest generation, and committed of all others", () => {
    const generations = readdirSync(join(ROOT, "templates/public/assets")).map(Number);
    expect(OUTPUT).toBe(`templates/public/assets/${Math.max(...generations)}`);
    expect(read(".gitignore").match(/^templates\/public\/.*$/gm)).toEqual([`${OUTPUT}/*.js`]);
  });
});

describe("the front cache", () => {
  it("is shared by all readers, across deploys; no other Worker has one", () => {
    const caches = Object.entries(CONFIG.env).map(([name, { cache }]) => [name, cache]);
    expect(caches).toEqual([
      ["reader", { enabled: true, cross_version_cache: true }],
      ["assets", undefined],
      ["intake", undefined],
      ["consumer", undefined],
      ["dev", undefined],
    ]);
  });
});

describe("lanes", () => {
  const varsOf = (env: "consumer" | "dev") => CONFIG.env[env].vars as Record<string, string>;

  it("of the bench are those of production", () => {
    expect(varsOf("consumer")).toMatchObject(PRODUCTION);
  });

  it("are in the README as wrangler.toml has them", () => {
    const lanes = [
      ...read("README.md").matchAll(/^\| (\w+) \| [^|]+ \| (\d+) (\w+) \| (\d+) (\w+) \|$/gm),
    ];
    const seconds = (count: string, unit: string) => Number(count) * (unit === "min" ? 60 : 1);
    const told = lanes.map(([, lane = "", ...rest]) => {
      const [here = "", unit = "", there = "", its = ""] = rest;
      return [`${lane.toUpperCase()}_LANE_SECONDS`, seconds(here, unit), seconds(there, its)];
    });
    const names = ["FAST", "SIDE", "SLOW", "PRIVATE"].map((lane) => `${lane}_LANE_SECONDS`);
    const set = names.map((name) => [
      name,
      Number(varsOf("dev")[name]),
      Number(varsOf("consumer")[name]),
    ]);
    expect(told).toEqual(set);
  });
});

describe("the policy of what browsers may load", () => {
  it("is that of the pages for stylesheets and scripts, too", () => {
    const told = read("templates/public/_headers").matchAll(/Content-Security-Policy: (.*)$/gm);
    expect([...told].map(([, policy]) => policy)).toEqual([CONTENT_SECURITY_POLICY]);
  });
});

describe("the README", () => {
  it("lists every page type, as the code names it", () => {
    const [, table = ""] = /<!-- pages -->\n(.*?)<!-- \/pages -->/s.exec(read("README.md")) ?? [];
    const rows = table
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| page"))
      .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
    const listed = rows.map(([, name, path, stored]) => ({ name, path, stored }));
    expect(listed).toEqual(
      PAGE_TYPES.map(({ name, path, tier }) => ({
        name,
        path,
        stored: tier === "write" ? "R2" : "KV",
      })),
    );
  });

  it("names only scripts that exist", () => {
    const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
    const named = [...read("README.md").matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !scripts.includes(name as string))).toEqual([]);
  });

  it("links only to headings and files that there are", () => {
    const readme = read("README.md");
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, words = ""]) => {
      return `#${words
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-")}`;
    });
    const links = [...readme.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, link = ""]) => link);
    const dead = links.filter((link) =>
      link.startsWith("#") ? !headings.includes(link) : !existsSync(join(ROOT, link)),
    );
    expect(dead).toEqual([]);
  });
});
