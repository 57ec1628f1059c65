/** Which clients get a page as it is stored, in gzip. */
import { expect, it } from "vitest";
import { allowsGzip } from "../src/reader/codings.ts";

it.each([
  ["", false],
  ["gzip", true],
  ["GZip", true],
  ["br, deflate , gzip;q=0.5", true],
  ["gzip; q=0.001", true],
  ["gzip;q=0", false],
  ["gzip;q=0.0, *", false],
  ["*", true],
  ["*;q=0", false],
  ["gzip, *;q=0", true],
  ["br, identity", false],
  ["x-gzipped", false],
])("who accepts %j takes gzip: %j, whenever they ask", (accepted, takes) => {
  expect([allowsGzip(accepted), allowsGzip(accepted)]).toEqual([takes, takes]);
});
