// `npm run test:e2e`: what a person sees in a real browser, on the platform as a user starts it. Needs Chromium.
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { runGuide } from "./guide.ts";
import { photograph, sees, signIn, type Stage } from "./stage.ts";
import { archivesJourney, usageJourney } from "./usage-journey.ts";
import { LocalPlatform } from "#test/support/local-platform";
import { tellTraceStory } from "#test/support/trace-story/story";
import { generatedTrace } from "#test/support/trace-story/trace";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const guides = path.resolve(import.meta.dirname, "../../docs/guides");
const pictures = path.join(import.meta.dirname, "screenshots");
const platform = new LocalPlatform(Number(process.env["PORT"] ?? 19_187));
let passed = 0;
let failed = 0;

/** Each step stands on the one before, so the first that fails ends the suite. */
async function step(rule: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failed += 1;
    console.error(`✗ ${rule}`);
    throw error;
  }
  passed += 1;
  console.log(`✓ ${rule}`);
}

mkdirSync(pictures, { recursive: true });
await platform.start();
const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
try {
  const { api, dashboard, live } = platform.keys();
  const send = (where: string, init: RequestInit): Promise<Response> => fetch(new URL(where, api), init);
  const { key, customers } = await tellTraceStory({
    send,
    adminKey: live,
    rows: generatedTrace(),
    sandbox: "browser",
    tell: () => undefined,
  });
  const [billed] = customers;
  if (billed === undefined) throw new Error("the story billed nobody");

  for (const guide of readdirSync(guides))
    await step(`the guide ${guide} does what it shows`, () => {
      runGuide(path.join(guides, guide), { api, live });
      return Promise.resolve();
    });

  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, locale: "en-US" });
  const page = await context.newPage();
  const troubles: string[] = [];
  // The journey asks for refusals, and breaks a stream; the browser notes both.
  const isAsked = (text: string): boolean => /status of (409|422)|net::ERR_FAILED/.test(text);
  page.on("console", (message) => message.type() === "error" && !isAsked(message.text()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  const look: Stage["look"] = (name, shown = page) => photograph(shown, pictures, name);
  const stage: Stage = { browser, context, page, dashboard, key, send, step, look };

  await step("a key that opens nothing is refused with a reason", async () => {
    await page.goto(dashboard);
    await page.getByLabel("API key").fill("tg_test_nothing");
    await page.getByRole("button", { name: "Sign in" }).click();
    await sees(page, "unauthenticated");
    troubles.length = 0;
  });
  await step("a sandbox key signs in and shows its customers", async () => {
    await signIn(page, dashboard, key);
    await sees(page, "Customer 1", "Customer 2", "America/Los_Angeles", "Asia/Kolkata");
    await look("customers");
  });
  await step("a customer shows subscription, usage, entitlements and both invoices", async () => {
    await page.getByRole("link", { name: "Customer 1" }).click();
    await sees(page, "Subscriptions", "active", "Input tokens", "100,000", billed.first.number, billed.second.number);
    await look("customer-billed");
  });
  await step("an invoice shows every line and its total as it was billed", async () => {
    await page.getByRole("link", { name: billed.second.number }).click();
    const money = (cents: number): string => `$${String(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, "0")}`;
    await sees(page, "Pro: Platform fee", "$99.00", "packages of 100", money(billed.second.total));
    for (const line of billed.second.lines) await sees(page, money(line.amount));
    await look("invoice");
  });
  await step("the list of invoices can be narrowed to the paid ones", async () => {
    await page.getByRole("link", { name: "Invoices", exact: true }).click();
    await page.getByRole("link", { name: "paid", exact: true }).first().click();
    await sees(page, "Invoices: paid", billed.second.number);
    await look("invoices");
  });
  await usageJourney(stage);
  await step("the clock is advanced and a new invoice appears", async () => {
    await page.getByRole("link", { name: "Clock" }).click();
    await page.getByLabel("Advance to (UTC midnight)").fill("2024-01-03");
    await page.getByRole("button", { name: "Advance" }).click();
    await sees(page, "stands at 2024-01-03T00:00:00Z");
    await look("clock");
    await page.getByRole("link", { name: "Customers", exact: true }).click();
    await page.getByRole("link", { name: "Customer 1" }).click();
    await page.getByText("INV-2024-", { exact: false }).first().waitFor();
  });
  await archivesJourney(stage);
  await step("nothing went wrong in the browser meanwhile", () => {
    if (troubles.length > 0) throw new Error(troubles.join("\n"));
    return Promise.resolve();
  });
  await step("a page or an object that does not exist says so", async () => {
    await page.goto(new URL("/nowhere", dashboard).href);
    await sees(page, "Not found", "Go to the customers");
    await page.goto(new URL("/customers/nobody", dashboard).href);
    await sees(page, "not_found");
    await look("not-found");
  });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  console.log(`${passed} passed, ${failed} failed`);
  await browser.close();
  platform.close();
}
