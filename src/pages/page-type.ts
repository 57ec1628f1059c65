/**
 * What a page type is. A page is a function of rows only: no viewer, no clock, no randomness.
 * Depends on the model, and on the store by type only.
 */
import type { PersonKey } from "../model/ids.ts";
import type { Lane } from "../store/page-rows.ts";
import type { Reads } from "../store/reads.ts";
import type { Change, ChronologicalChange } from "./change.ts";
import type { CommentSort } from "./key.ts";
import type { Part } from "./together.ts";

/** `write`: events change it (R2). `deploy`: only a deploy does (KV). */
export type Tier = "write" | "deploy";

export type RepresentationType = "html" | "json" | "atom" | "xml" | "text";

export interface Representation {
  readonly type: RepresentationType;
  /** Of a thread: the order of its comments. */
  readonly sort?: CommentSort;
  /** The page whose it is, where that is stored with another one. */
  readonly part?: Part;
  readonly body: string;
}

/**
 * What is stored under a key. `path` is the address readers are led to when it differs from the
 * key. A void is a page that no longer exists; it counts as absent.
 */
export type Rendered =
  | {
      readonly type: "page";
      readonly status: 200 | 403 | 404 | 410;
      readonly path: string | null;
      /** Of an inbox: sessions of an earlier epoch have been ended by their person. */
      readonly sessionEpoch?: number;
      /** The default one first. */
      readonly representations: readonly Representation[];
    }
  | { readonly type: "redirect"; readonly status: 301 | 302; readonly location: string }
  | { readonly type: "void" };

/** A page that is there, and whose address is its key. The default representation first. */
export function pageOf(...representations: readonly Representation[]): Rendered {
  return { type: "page", status: 200, path: null, representations };
}

/** A page that only programs read. */
export function jsonPage(content: object): Rendered {
  return pageOf({ type: "json", body: JSON.stringify(content) });
}

/** What nearly every page has. */
export function htmlAndJson(html: string, json: unknown): readonly Representation[] {
  return [
    { type: "html", body: html },
    { type: "json", body: JSON.stringify(json) },
  ];
}

/** A page whose rows have been read; rendering it asks nothing and waits for nothing. */
export type Prepared = () => Rendered;

/** What a page may know besides rows: the site's configuration. */
export interface Site {
  /** What absolute URLs begin with; no slash at the end. */
  readonly origin: string;
  /** Who may read every community's queue of reports. */
  readonly admins: readonly PersonKey[];
}

export interface PageDefinition<Params, Model> {
  readonly name: string;
  /** The pattern of its paths, for people. */
  readonly path: string;
  readonly tier: Tier;
  /** The parameters in a key of this type; null for any other key. */
  parse(key: string): Params | null;
  /** Where it waits; with listings that have become longer, because of these. */
  lane(params: Params, grown?: readonly ChronologicalChange[]): Lane;
  /** The keys that a change may have changed: perhaps one too many, never one too few. */
  affectedBy(change: Change): Iterable<string>;
  /** Every key that exists, for a full build. */
  every(reads: Reads): AsyncIterable<string>;
  /** What each page shows, in the order asked; null where there is no such page. */
  load(reads: Reads, params: readonly Params[]): Promise<readonly (Model | null)[]>;
  view(params: Params, model: Model, site: Site): Rendered;
}

/** A page type without its private types, as the table holds it. */
export interface PageType {
  readonly name: string;
  readonly path: string;
  readonly tier: Tier;
  /** Of a bundle: the types whose pages its objects hold. */
  readonly types?: readonly PageType[];
  owns(key: string): boolean;
  /** The lane of a key of this type; with listings that have become longer, of one named because of them. */
  lane(key: string, grown?: readonly ChronologicalChange[]): Lane;
  affectedBy(change: Change): Iterable<string>;
  every(reads: Reads): AsyncIterable<string>;
  /** Reads the rows of keys of this type with a bounded number of queries, in the order asked. */
  read(reads: Reads, keys: readonly string[], site: Site): Promise<readonly Prepared[]>;
}

export function definePage<Params, Model>(page: PageDefinition<Params, Model>): PageType {
  const paramsOf = (key: string): Params => {
    const params = page.parse(key);
    if (params === null) throw new Error(`${key} is no page of type ${page.name}`);
    return params;
  };
  return {
    name: page.name,
    path: page.path,
    tier: page.tier,
    owns: (key) => page.parse(key) !== null,
    lane: (key, grown) => page.lane(paramsOf(key), grown),
    affectedBy: (change) => page.affectedBy(change),
    every: (reads) => page.every(reads),
    async read(reads, keys, site) {
      const params = keys.map(paramsOf);
      const models = await page.load(reads, params);
      return params.map((param, index) => () => {
        const model = models[index] ?? null;
        return model === null ? { type: "void" } : page.view(param, model, site);
      });
    },
  };
}
