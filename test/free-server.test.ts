/** `CAIRN_PLAN=free npm start`: the same site, whose work is done by Durable Objects; with its SQL. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, type Home, mustRun, type Server, startSite } from "./site/cairn.ts";
import { csvOfStones, newestOf } from "./site/links.ts";
import { until } from "./site/until.ts";
import { aPerson, aVisitor, idOf, type ListingJson, listingOf } from "./site/visitor.ts";

const SHOWN_MS = 15_000;

let home: Home;
let server: Server;

beforeAll(async () => {
  home = await aHome();
  server = await startSite(home, csvOfStones(), { CAIRN_PLAN: "free", CAIRN_SQL: "on" });
}, 120_000);

afterAll(async () => {
  await server?.program.kill();
  await home?.remove();
});

test("somebody registers, submits, votes and removes; pages follow, and equal a rebuild", async () => {
  const visitor = aVisitor(server.origin);
  const ann = await aPerson(visitor, "Ann");
  const bob = await aPerson(visitor, "bob");
  const stone = `t3_${newestOf("Programming").id}`;
  const submitted = { sr: "programming", title: "Free of charge", text: "it" };
  const post = idOf(await ann.post("/api/submit", submitted));
  const shown = async (isShown: (posts: ListingJson["posts"]) => boolean) =>
    until(
      "a change",
      async () => isShown(listingOf(await visitor.get("/new.json")).posts),
      SHOWN_MS,
    );
  await shown((posts) => posts.some(({ name }) => name === post));
  const before = listingOf(await visitor.get("/new.json")).posts.find(({ name }) => name === stone);
  expect((await bob.post("/api/vote", { id: stone, dir: "1" })).status).toBe(202);
  await shown((posts) =>
    posts.some(({ name, score }) => name === stone && score !== before?.score),
  );
  expect((await ann.post("/api/del", { id: post })).status).toBe(202);
  await shown((posts) => !posts.some(({ name }) => name === post));
  const login = { user: "bob", passwd: "not the password" };
  expect((await visitor.post("/api/login", login)).status).toBe(401);
  for (const sql of ["INSERT INTO vote", "INSERT INTO account"]) {
    expect(server.program.output()).toMatch(new RegExp(`SQL \\d+ ms: .*${sql}`));
  }
  await server.program.stop();
  expect(await mustRun(home, "audit")).toMatch(
    /^\d+ pages compared, 0 differ, 0 missing, 0 extra$/m,
  );
}, 120_000);
