/** A page type whose objects hold other pages as well: those that the same writes change. */
import type { PageType, Prepared, Representation } from "./page-type.ts";
import { type Part, partsOf, pathOf, placeOf } from "./together.ts";

/**
 * @param main has the pages that keys are named after, and perhaps parts
 * @param others types with no page but parts
 */
export function bundlePages(main: PageType, others: readonly PageType[] = []): PageType {
  const types = [main, ...others];
  const typeOf = (path: string) => {
    const type = types.find(({ owns }) => owns(path));
    if (!type) throw new Error(`${main.name}: ${path} is of none of its types`);
    return type;
  };
  return {
    ...main,
    types,
    path: types.map(({ path }) => path).join(" · "),
    owns: (key) => main.owns(key) && placeOf(key).part === null,
    *affectedBy(change) {
      for (const type of types) {
        for (const page of type.affectedBy(change)) yield placeOf(page).key;
      }
    },
    async *every(reads) {
      for await (const page of main.every(reads)) if (placeOf(page).part === null) yield page;
    },
    async read(reads, keys, site) {
      const objects = keys.map((key) => {
        const parts = partsOf(key);
        return { key, parts, paths: parts.map((part) => pathOf({ key, part })) };
      });
      const prepared = new Map<string, Prepared>();
      const readType = async (type: PageType, paths: readonly string[]) => {
        const pages = await type.read(reads, paths, site);
        for (const [index, path] of paths.entries()) prepared.set(path, pages[index] as Prepared);
      };
      const all = objects.flatMap(({ key, paths }) => [key, ...paths]);
      await Promise.all([...Map.groupBy(all, typeOf)].map((group) => readType(...group)));
      const at = (path: string) => prepared.get(path) as Prepared;
      return objects.map(({ key, parts, paths }) => bundled(at(key), parts, paths.map(at)));
    },
  };
}

/**
 * A part that is no page is missing among the representations. If one cannot be rendered, none of
 * them is written, and what is gone stays on the others as well: the status page counts it as failed.
 */
function bundled(main: Prepared, names: readonly Part[], parts: readonly Prepared[]): Prepared {
  return () => {
    const page = main();
    if (page.type !== "page") return page;
    const others = names.flatMap((part, index): Representation[] => {
      const other = parts[index]?.();
      if (other?.type !== "page") return [];
      return other.representations.map((each) => ({ ...each, part }));
    });
    return { ...page, representations: [...page.representations, ...others] };
  };
}
