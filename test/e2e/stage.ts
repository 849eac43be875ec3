import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** Where a journey plays: a browser, the platform, and who is signed in. */
export type Stage = {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly dashboard: string;
  /** Of the sandbox that is looked at. */
  readonly key: string;
  readonly send: (where: string, init: RequestInit) => Promise<Response>;
  /** Each step stands on the one before, so the first that fails ends the suite. */
  readonly step: (rule: string, work: () => Promise<void>) => Promise<void>;
  readonly look: (name: string, page?: Page) => Promise<void>;
};

export async function sees(page: Page, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: 10_000 });
}

export async function signIn(page: Page, dashboard: string, key: string): Promise<void> {
  await page.goto(dashboard);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Calls the API as the sandbox's owner would; throws where it refuses. */
export async function post(stage: Pick<Stage, "send" | "key">, where: string, body: unknown): Promise<unknown> {
  const response = await stage.send(where, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${where} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Photographs a screen wide, dark and narrow; one that is wider than its screen is a fault. */
export async function photograph(page: Page, folder: string, name: string): Promise<void> {
  await page.getByText("Loading …").first().waitFor({ state: "hidden" });
  for (const [suffix, width, scheme] of [
    ["", 1_440, "light"],
    ["-dark", 1_440, "dark"],
    ["-narrow", 390, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    if (overflow !== 0) throw new Error(`${name} is ${String(overflow)} px wider than a screen of ${width}`);
    await page.screenshot({ path: path.join(folder, `${name}${suffix}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1_440, height: 900 });
}
