import { openLocalState } from "./build/local.ts";
import { benchReading } from "./build/bench/reading.ts";
import { tableText } from "./build/bench/table.ts";
const state = await openLocalState("/tmp/s/stb");
const t = await benchReading("/tmp/s/stb", state);
if (t) console.log(tableText(t));
