/**
 * Stores of another process, as a plugin of Miniflare's: there the simulators that Miniflare binds
 * to a Worker answer on sockets, here a Worker has the same bindings to those sockets. Both ends are
 * the runtime's own, as each of these bindings speaks HTTP anyway. Depends on Miniflare only.
 */
import { join } from "node:path";
import {
  D1_PLUGIN,
  KV_PLUGIN,
  type ParsedWorkerOptions,
  type Plugin,
  R2_PLUGIN,
  type ServiceDesignator,
  type Worker_Binding,
} from "miniflare";

/** What the name of a binding is bound to. */
export type StoreKind = "d1" | "r2" | "kv";

/** Of the Worker whose stores they are: they answer in this directory. */
export function answering(directory: string): object {
  return unsafeBinding("STORES", "answering", "answering", directory);
}

/** Of a Worker in the other process. */
export function reaching(
  directory: string,
  kinds: Readonly<Record<string, StoreKind>>,
): readonly object[] {
  return Object.entries(kinds).map(([name, kind]) =>
    unsafeBinding(name, kind, "reaching", directory),
  );
}

function unsafeBinding(
  name: string,
  type: string,
  plugin: keyof typeof plugins,
  directory: string,
) {
  return {
    name,
    type,
    plugin: { package: import.meta.filename, name: plugin },
    options: { directory },
  };
}

/** Miniflare looks for this name. */
export const plugins: Record<"answering" | "reaching", Plugin> = {
  answering: {
    getBindings: () => [],
    getNodeBindings: () => ({}),
    async getServices({ options, sharedOptions }) {
      const [own] = bindingsOf(options, "answering");
      if (!own) return;
      const simulators = [D1_PLUGIN, R2_PLUGIN, KV_PLUGIN];
      const bound = await Promise.all(
        simulators.map((each) => each.getBindings(options, sharedOptions, 0)),
      );
      const sockets = bound
        .flatMap((bindings) => bindings ?? [])
        .map((binding) => ({
          name: `far:${binding.name}`,
          address: addressOf(own.directory, binding.name ?? ""),
          service: serviceOf(binding),
          http: {},
        }));
      return { services: [], extensions: [], sockets };
    },
  },
  reaching: {
    getBindings: (options) =>
      bindingsOf(options, "reaching").map(({ name, kind }) => ({
        name,
        ...boundTo[kind as StoreKind]({ name: `far:${name}` }),
      })),
    getNodeBindings: () => ({}),
    getServices: ({ options }) =>
      bindingsOf(options, "reaching").map(({ name, directory }) => ({
        name: `far:${name}`,
        external: { address: addressOf(directory, name), http: {} },
      })),
  },
};

const boundTo: Record<StoreKind, (service: ServiceDesignator) => Worker_Binding> = {
  d1: (service) => ({
    wrapped: {
      moduleName: "cloudflare-internal:d1-api",
      innerBindings: [{ name: "fetcher", service }],
    },
  }),
  r2: (service) => ({ r2Bucket: service }),
  kv: (service) => ({ kvNamespace: service }),
};

function serviceOf(binding: Worker_Binding): ServiceDesignator {
  const [inner] = "wrapped" in binding ? (binding.wrapped?.innerBindings ?? []) : [binding];
  for (const [key, value] of Object.entries(inner ?? {})) {
    if (["service", "r2Bucket", "kvNamespace"].includes(key)) return value;
  }
  throw new Error(`${binding.name} is bound to no store`);
}

function bindingsOf({ config }: ParsedWorkerOptions, plugin: keyof typeof plugins) {
  return Object.entries(config.env ?? {}).flatMap(([name, binding]) => {
    const { dev } = binding as UnsafeBinding;
    if (dev?.plugin?.name !== plugin) return [];
    const kind = binding.type.replace("unsafe:", "");
    return [{ name, kind, directory: dev.options.directory }];
  });
}

interface UnsafeBinding {
  readonly dev?: {
    readonly plugin?: { readonly name: string };
    readonly options: { readonly directory: string };
  };
}

function addressOf(directory: string, name: string): string {
  return `unix:${join(directory, name)}`;
}
