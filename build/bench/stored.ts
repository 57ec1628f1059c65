/** What a post takes in storage, with every page that shows it. */
import { countRows } from "../../src/store/status.ts";
import type { LocalState } from "../local.ts";
import { countedDatabase, noCounts } from "./counted-stores.ts";
import type { PostCost } from "./money/measured.ts";

export async function benchStored({ db, pages }: LocalState): Promise<PostCost> {
  let objects = 0;
  let bytes = 0;
  let cursor: string | undefined;
  do {
    const listed = await pages.list(cursor === undefined ? {} : { cursor });
    objects += listed.objects.length;
    bytes += listed.objects.reduce((sum, { size }) => sum + size, 0);
    cursor = listed.truncated ? listed.cursor : undefined;
  } while (cursor !== undefined);
  const counts = noCounts();
  const { posts } = await countRows(countedDatabase(db, counts), 0);
  return {
    storedBytes: bytes / posts,
    storedObjects: objects / posts,
    databaseBytes: counts.databaseBytes / posts,
  };
}
