/** A server that is killed under load: what it had begun is finished by the next one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, type Home, mustRun, runCairn, type Server, startSite } from "./site/cairn.ts";
import { csvOfStones, newestOf } from "./site/links.ts";
import { until } from "./site/until.ts";
import { aPerson, aVisitor, idOf, listingOf, type Visitor } from "./site/visitor.ts";

/** Forms under way when it is killed, and before. */
const PARALLEL = 8;
const BEFORE_THE_KILL = 120;
const SHOWN_MS = 10_000;

let home: Home;
let server: Server | undefined;

beforeAll(async () => {
  home = await aHome();
});

afterAll(async () => {
  await server?.program.kill();
  await home.remove();
});

const id = `t3_${newestOf("Programming").id}`;

/** Sends forms until the server is gone. @returns how many it accepted */
async function press(people: readonly Visitor[], onAccepted: () => void): Promise<void> {
  await Promise.all(
    people.map(async (person, own) => {
      for (let n = 0; ; n++) {
        const form = formOf(own + n);
        const answer = await person.post(form.path, form.fields).catch(() => null);
        if (!answer) return;
        if (answer.status === 202) onAccepted();
      }
    }),
  );
}

function formOf(n: number) {
  if (n % 3 === 0) {
    const fields = { link: id, parent: id, text: `comment ${n}` };
    return { path: "/api/comment", fields };
  }
  if (n % 3 === 1) return { path: "/api/vote", fields: { id, dir: String(n % 5 > 2 ? 1 : -1) } };
  const fields = { sr: "programming", title: `Post ${n}`, text: "under load" };
  return { path: "/api/submit", fields };
}

test("leaves a site that the next one serves, changes, and finds equal to a rebuild", async () => {
  server = await startSite(home, csvOfStones());
  const visitor = aVisitor(server.origin);
  const names = Array.from({ length: PARALLEL }, (_, n) => `person${n}`);
  const people = await Promise.all(names.map((name) => aPerson(visitor, name)));
  let accepted = 0;
  const pressed = press(people, () => accepted++);
  await until("enough load", () => accepted >= BEFORE_THE_KILL, SHOWN_MS * 3);
  await server.program.kill();
  await pressed;
  // Its processes end when the machine gets round to it; until then the state is in use.
  const isFree = async () => (await runCairn(home, "export", `${home.directory}/left`)).code === 0;
  await until("the killed server's end", isFree, SHOWN_MS);

  server = await startSite(home, csvOfStones());
  const again = aVisitor(server.origin);
  const ann = await aPerson(again, "ann");
  const post = idOf(
    await ann.post("/api/submit", { sr: "programming", title: "After", text: "it" }),
  );
  await until(
    "a new post on the front page",
    async () => listingOf(await again.get("/new.json")).posts.some(({ name }) => name === post),
    SHOWN_MS,
  );
  await server.program.stop();
  expect(await mustRun(home, "audit")).toMatch(
    /^\d+ pages compared, 0 differ, 0 missing, 0 extra$/m,
  );
}, 180_000);
