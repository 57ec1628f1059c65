/** A real browser, where there is one. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** CHROMIUM, or where Linux distributions put it; null when there is none. */
export const browserPath: string | null =
  [process.env.CHROMIUM ?? "", ...PLACES].find((path) => path !== "" && existsSync(path)) ?? null;

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser(): Promise<Browser> {
  if (browserPath === null) throw new Error("there is no Chromium here");
  return chromium.launch({ executablePath: browserPath, args: ARGUMENTS });
}

export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console complained of since it was last asked: errors, warnings, refused content. */
  complaints(): readonly string[];
}

/** A person's own browser: nothing of anybody else's cookies or storage. */
export async function openWindow(
  browser: Browser,
  origin: string,
  options: { readonly javaScriptEnabled?: boolean; readonly width?: number } = {},
): Promise<Window> {
  const { width = 1000, javaScriptEnabled = true } = options;
  const context = await browser.newContext({
    baseURL: origin,
    javaScriptEnabled,
    viewport: { width, height: 800 },
    locale: "en-GB",
  });
  const page = await context.newPage();
  let complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // A navigation that the next one overtakes is no failure.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${why}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  return {
    context,
    page,
    complaints() {
      const all = complaints;
      complaints = [];
      return all;
    },
  };
}
