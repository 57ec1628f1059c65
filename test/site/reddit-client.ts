/** A typed client of Reddit's that somebody else wrote, with this site in Reddit's place. */
import { Client } from "snoots";

export function aRedditClient(origin: string): Client {
  const client = new Client({ userAgent: "cairn's tests" });
  // The address is a constant of the library: its one field that is set here.
  Object.assign(client.gateway, { endpoint: origin });
  return client;
}

/** All that a listing of the client's yields, page after page. */
export async function allOf<Item>(listing: {
  forEach(handler: (item: Item) => void): Promise<void>;
}): Promise<Item[]> {
  const items: Item[] = [];
  await listing.forEach((item) => {
    items.push(item);
  });
  return items;
}
