/** A page type whose objects hold other pages as well: those that the same writes change. */
import type { PageType, Prepared, Representation } from "./page-type.ts";
import { type Part, pathOf, placeOf } from "./together.ts";

/**
 * @param main has a page wherever one of the parts has
 * @param parts types with no page but those parts
 */
export function bundlePages(
  main: PageType,
  parts: readonly (readonly [Part, PageType])[],
): PageType {
  return {
    ...main,
    path: [main, ...parts.map(([, type]) => type)].map(({ path }) => path).join(" · "),
    *affectedBy(change) {
      yield* main.affectedBy(change);
      for (const [, type] of parts) {
        for (const page of type.affectedBy(change)) yield placeOf(page).key;
      }
    },
    async read(reads, keys, site) {
      const [pages, ...others] = await Promise.all([
        main.read(reads, keys, site),
        ...parts.map(([part, type]) => {
          const ofPart = keys.map((key) => pathOf({ key, part }));
          return type.read(reads, ofPart, site);
        }),
      ]);
      return pages.map((page, index) =>
        bundled(
          page,
          parts.map(([part], which) => [part, others[which]?.[index]]),
        ),
      );
    },
  };
}

/**
 * A part that is no page is missing among the representations. If one cannot be rendered, none of
 * them is written: what is gone would stay, but so it would on a page of its own.
 */
function bundled(
  main: Prepared,
  parts: readonly (readonly [Part, Prepared | undefined])[],
): Prepared {
  return () => {
    const page = main();
    if (page.type !== "page") return page;
    const others = parts.flatMap(([part, prepared]): Representation[] => {
      const other = prepared?.();
      if (other?.type !== "page") return [];
      return other.representations.map((each) => ({ ...each, part }));
    });
    return { ...page, representations: [...page.representations, ...others] };
  };
}
