/** The keys of all objects in R2, voids included. */
import { listKeys, type PageStore } from "../src/pages/storage.ts";

export async function* storedKeys(pages: PageStore): AsyncGenerator<string> {
  for await (const keys of listKeys(pages)) yield* keys;
}
