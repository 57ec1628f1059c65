/** The site in a real browser: what the overlay adds, and that everything works without it. */
import { isDeepStrictEqual } from "node:util";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { browserPath, launchBrowser, openWindow, type Window } from "./site/browser.ts";
import { aHome, type Home, type Server, startSite } from "./site/cairn.ts";
import { csvOfStones, newestOf, type Stone } from "./site/links.ts";
import { until } from "./site/until.ts";

/** A telephone. CSS pixels. */
const NARROW = 390;
/** The contract's: a write shows within two seconds. */
const FRESH_MS = 2000;
const PASSWORD = "correct horse";
const SKIPPED =
  browserPath === null
    ? " (skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/chromium-browser)"
    : "";

if (SKIPPED) console.warn(`test/browser.test.ts${SKIPPED}`);

describe.skipIf(browserPath === null)(`in a browser${SKIPPED}`, () => {
  let home: Home;
  let server: Server | undefined;
  let browser: Browser | undefined;
  const windows: Window[] = [];

  async function open(options: Parameters<typeof openWindow>[2] = {}): Promise<Window> {
    if (!browser || !server) throw new Error("nothing runs");
    const window = await openWindow(browser, server.origin, options);
    windows.push(window);
    return window;
  }

  beforeAll(async () => {
    home = await aHome();
    [server, browser] = await Promise.all([startSite(home, csvOfStones()), launchBrowser()]);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([browser?.close(), server?.program.kill()]);
    await home?.remove();
  });

  afterEach(() => {
    expect(windows.flatMap((window) => window.complaints())).toEqual([]);
  });

  describe("with the overlay", () => {
    let window: Window;
    let page: Page;

    beforeAll(async () => {
      window = await open();
      page = window.page;
    });

    test("times are relative", async () => {
      await page.goto("/");
      const times = await page.locator("time").allTextContents();
      expect(times.length).toBe(25);
      for (const time of times) expect(time).toMatch(/^\d+ years ago$/);
    });

    test("a vote without a session leads to the login and to registering, and back", async () => {
      await page.goto("/r/linux/new");
      await postLine(page, newestOf("Linux")).up.click();
      await page.waitForURL("/login?dest=%2Fr%2Flinux%2Fnew");
      await page.getByRole("link", { name: "Register", exact: true }).click();
      await fillIn(page, { Name: "Dora", Password: PASSWORD });
      await page.getByRole("button", { name: "Register" }).click();
      await page.waitForURL("/r/linux/new");
    });

    test("who has registered is greeted by name on every page", async () => {
      for (const path of ["/", "/r/linux", newestOf("Linux").path, "/submit"]) {
        await page.goto(path);
        expect(await page.locator("#me b").textContent()).toBe("Dora");
      }
    });

    test("a vote shows before it is answered, and after a reload", async () => {
      await page.goto("/");
      const stone = newestOf("Gardening");
      const post = postLine(page, stone);
      await expectVote(post, { score: stone.score, up: "false", down: "false" });
      const held = await holdAnswers(page, "**/api/vote");
      await post.up.click();
      const voted = { score: stone.score + 1, up: "true", down: "false" };
      await expectVote(post, voted);
      await Promise.all([answerTo(page, "/api/vote"), held.release()]);
      await page.reload();
      await expectVote(post, voted);
      await page.goto(stone.path);
      await expectVote(post, voted);
    });

    test("the other arrow turns it round, and the same arrow withdraws it", async () => {
      await page.goto("/");
      const { score } = newestOf("Gardening");
      const post = postLine(page, newestOf("Gardening"));
      await click(page, post.down);
      await expectVote(post, { score: score - 1, up: "false", down: "true" });
      await click(page, post.down);
      const withdrawn = { score, up: "false", down: "false" };
      await expectVote(post, withdrawn);
      // Between the two, the shared page may have counted the vote that is withdrawn by now.
      await until("the withdrawn vote", () => reloadsTo(page, post, withdrawn), FRESH_MS);
    });

    test("a title of 301 characters: the form says so, and keeps what was typed", async () => {
      await page.goto("/submit?sr=linux");
      expect(await field(page, "Community").inputValue()).toBe("linux");
      const typed = { Title: "x".repeat(301), Link: "https://long.example/" };
      await fillIn(page, typed);
      await page.getByRole("button", { name: "Submit" }).click();
      await page.getByText("The title has 301 of at most 300 characters.").waitFor();
      for (const [label, value] of Object.entries({ Community: "linux", ...typed })) {
        expect(await field(page, label).inputValue()).toBe(value);
      }
      expect(await field(page, "Title").getAttribute("aria-invalid")).toBe("true");
      // What Chromium says of every page with such a status, and nothing else.
      expect(window.complaints()).toEqual([expect.stringContaining("status of 422")]);
    });

    test("a post is submitted, appears, and only its author is offered to delete it", async () => {
      await page.goto("/r/linux/submit");
      await fillIn(page, { Title: "From a browser", Link: "https://browser.example/" });
      await page.getByRole("button", { name: "Submit" }).click();
      await page.getByRole("link", { name: "From a browser" }).waitFor();
      expect(await page.locator("time").textContent()).toBe("just now");
      const up = page.getByRole("button", { name: "upvote" });
      expect(await up.getAttribute("aria-pressed")).toBe("true");
      const offer = page.getByText("delete", { exact: true });
      expect(await offer.isVisible()).toBe(true);

      await page.getByRole("button", { name: "log out" }).click();
      await page.waitForURL("/");
      expect(await page.locator("#me a").allTextContents()).toEqual(["log in", "register"]);
      await page.getByRole("link", { name: "From a browser" }).waitFor();
      await page
        .locator("article", { hasText: "From a browser" })
        .getByRole("link", { name: "0 comments" })
        .click();
      await page.getByRole("heading", { name: "From a browser" }).waitFor();
      await offer.waitFor({ state: "hidden" });
    });

    test("a page that is not there has nothing to complain of but that", async () => {
      await page.goto("/nowhere");
      await page.getByText("There is nothing here").waitFor();
      expect(window.complaints()).toEqual([expect.stringContaining("status of 404")]);
    });
  });

  describe("without JavaScript", () => {
    let window: Window;
    let page: Page;

    beforeAll(async () => {
      window = await open({ javaScriptEnabled: false });
      page = window.page;
    });

    test("a person registers, votes, and is back on the page", async () => {
      await page.goto("/register");
      await fillIn(page, { Name: "Emil", Password: PASSWORD });
      await page.getByRole("button", { name: "Register" }).click();
      await page.waitForURL("/");
      await page.goto("/r/linux/new");
      const stone = newestOf("Linux");
      const post = postLine(page, stone);
      const [answer] = await Promise.all([answerTo(page, "/api/vote"), post.up.click()]);
      expect(answer.status()).toBe(303);
      await page.waitForURL("/r/linux/new");
      const shown = { score: stone.score + 1, up: null, down: null };
      await until("the vote on the page", () => reloadsTo(page, post, shown), FRESH_MS);
    });

    test("a submission's page comes by itself", async () => {
      await page.goto("/r/linux/submit");
      await fillIn(page, { Title: "Without a script", Text: "Some *words*" });
      await page.getByRole("button", { name: "Submit" }).click();
      await page.getByRole("link", { name: "Without a script" }).waitFor();
      expect(await page.locator(".text em").textContent()).toBe("words");
    });

    test("logging out is possible", async () => {
      expect(await window.context.cookies()).toHaveLength(2);
      await page.goto("/login");
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL("/");
      expect(await window.context.cookies()).toEqual([]);
    });
  });

  test("every kind of page fits a telephone", async () => {
    const { page } = await open({ width: NARROW });
    const thread = newestOf("Linux").path;
    for (const path of ["/", "/new", "/r", "/r/linux", thread, "/submit", "/login", "/about"]) {
      await page.goto(path);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect([path, width]).toEqual([path, NARROW]);
    }
  });
});

function field(page: Page, label: string): Locator {
  return page.getByLabel(label, { exact: true });
}

async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await field(page, label).fill(value);
}

/** Keeps requests from being sent until they are released. */
async function holdAnswers(page: Page, pattern: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(pattern, async (route) => {
    await promise;
    await route.continue();
  });
  return { release: async () => resolve() };
}

function answerTo(page: Page, path: string) {
  return page.waitForResponse((response) => new URL(response.url()).pathname === path);
}

/** Clicks an arrow, and waits for the answer. */
async function click(page: Page, arrow: Locator): Promise<void> {
  await Promise.all([answerTo(page, "/api/vote"), arrow.click()]);
}

interface PostLine {
  readonly line: Locator;
  readonly up: Locator;
  readonly down: Locator;
}

function postLine(page: Page, { title }: Stone): PostLine {
  const line = page.locator("article").filter({ hasText: new RegExp(`${title}\\b`) });
  const button = (name: string) => line.getByRole("button", { name });
  return { line, up: button("upvote"), down: button("downvote") };
}

interface ShownVote {
  readonly score: number;
  /** `aria-pressed`; null without the overlay. */
  readonly up: string | null;
  readonly down: string | null;
}

async function voteOn({ line, up, down }: PostLine): Promise<ShownVote> {
  return {
    score: Number(await line.locator("output").textContent()),
    up: await up.getAttribute("aria-pressed"),
    down: await down.getAttribute("aria-pressed"),
  };
}

async function expectVote(post: PostLine, shown: ShownVote): Promise<void> {
  expect(await voteOn(post)).toEqual(shown);
}

async function reloadsTo(page: Page, post: PostLine, shown: ShownVote): Promise<boolean> {
  await page.reload();
  return isDeepStrictEqual(await voteOn(post), shown);
}
