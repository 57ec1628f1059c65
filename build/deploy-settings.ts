/** What of wrangler.toml keeps it from being deployed. Pure. */
import { parse, TomlError } from "smol-toml";
import { PLANS, readAdmins, readOrigin, SettingsError } from "./settings.ts";

const WORKERS = ["consumer", "intake", "reader"] as const;

/** As Cloudflare makes the ids of D1 and of KV: the bundled wrangler.toml has names in their place. */
const DATABASE_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const NAMESPACE_ID = /^[\da-f]{32}$/;
/** Those of this machine only. */
const LOCAL_HOST = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;
/** Who writes pages, and so must know the site's address. */
const WRITER = "consumer";

/** @returns what keeps this wrangler.toml from being deployed, or null */
export function complaintAbout(toml: string, isDryRun: boolean): string | null {
  try {
    return complaintAboutParsed(toml, isDryRun);
  } catch (error) {
    if (error instanceof TomlError) return `wrangler.toml: ${error.message}`;
    throw error;
  }
}

function complaintAboutParsed(toml: string, isDryRun: boolean): string | null {
  const left = leftPlaceholders(toml);
  if (left.length > 0 && !isDryRun) {
    return `wrangler.toml still has its placeholders: ${left.join("; ")}. See the README.`;
  }
  const [plan] = wrongPlans(toml);
  if (plan !== undefined) {
    return `wrangler.toml has PLAN = "${plan}": it takes ${PLANS.join(" or ")}`;
  }
  return wrongSite(toml);
}

/** Nobody corrects what Workers are told, as the local scripts do with what they are told. */
function wrongSite(toml: string): string | null {
  const environments = environmentsOf(toml);
  for (const worker of WORKERS) {
    const { ORIGIN, ADMINS } = environments[worker]?.vars ?? {};
    try {
      const origin = ORIGIN === undefined ? ORIGIN : readOrigin(String(ORIGIN), "ORIGIN");
      if (origin !== ORIGIN) return `wrangler.toml: ORIGIN is ${ORIGIN}: it takes ${origin}`;
      readAdmins(String(ADMINS ?? ""), "ADMINS");
    } catch (error) {
      if (error instanceof SettingsError) return `wrangler.toml: ${error.message}`;
      throw error;
    }
  }
  return null;
}

/** What deploying needs to know of an environment of wrangler.toml. */
interface Environment {
  readonly routes?: readonly (
    | string
    | { readonly pattern: string; readonly custom_domain?: boolean }
  )[];
  readonly vars?: {
    readonly PLAN?: unknown;
    readonly ORIGIN?: unknown;
    readonly ADMINS?: unknown;
  };
  readonly d1_databases?: readonly { readonly database_id?: unknown }[];
  readonly kv_namespaces?: readonly { readonly id?: unknown }[];
}

function environmentsOf(toml: string): Readonly<Record<string, Environment>> {
  return (parse(toml) as { env?: Record<string, Environment> }).env ?? {};
}

/** Of the site's own, where it has any. */
export function customDomains(toml: string): string[] {
  const routes = environmentsOf(toml).reader?.routes ?? [];
  return routes.flatMap((route) =>
    typeof route === "object" && route.custom_domain ? [route.pattern] : [],
  );
}

/** What a first deploy must have replaced in wrangler.toml; the README says where it comes from. */
export function leftPlaceholders(toml: string): string[] {
  const environments = environmentsOf(toml);
  return WORKERS.flatMap((worker) => {
    const { vars = {}, d1_databases = [], kv_namespaces = [] } = environments[worker] ?? {};
    const databases = d1_databases.map(({ database_id }) => database_id);
    const namespaces = kv_namespaces.map(({ id }) => id);
    const mayLack = worker !== WRITER && vars.ORIGIN === undefined;
    return [
      ...databases.filter((id) => !DATABASE_ID.test(String(id))).map(asPlaced("database_id")),
      ...namespaces.filter((id) => !NAMESPACE_ID.test(String(id))).map(asPlaced("id")),
      ...(mayLack || isPublic(vars.ORIGIN) ? [] : [vars.ORIGIN].map(asPlaced("ORIGIN"))),
    ].map((placed) => `${placed} (env.${worker})`);
  });
}

function asPlaced(name: string): (value: unknown) => string {
  return (value) => (value === undefined ? `no ${name}` : `${name} = ${JSON.stringify(value)}`);
}

/** Whether others than this machine reach it. */
function isPublic(origin: unknown): boolean {
  const url = URL.parse(String(origin));
  return url !== null && /^https?:$/.test(url.protocol) && !LOCAL_HOST.test(url.hostname);
}

/** Worker and object would find out too late: what is not `free` is taken for `paid`. */
export function wrongPlans(toml: string): string[] {
  const told = Object.values(environmentsOf(toml)).flatMap(({ vars }) => vars?.PLAN ?? []);
  return told.filter((plan) => !PLANS.some((each) => each === plan)).map(String);
}
