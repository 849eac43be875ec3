import path from "node:path";
import { post, sees, signIn, type Stage } from "./stage.ts";

const DAY = "2023-12-02";

/** What a developer and a finance person do with usage: meters, events, what waits, subjects, archives, backfills. */
export async function usageJourney(stage: Stage): Promise<void> {
  await sendUsage(stage);
  await meters(stage);
  await events(stage);
  await liveBill(stage);
  await unmatched(stage);
  await subjects(stage);
  await backfills(stage);
}

/** Usage of December, of a type that no meter reads yet, and of a customer that nobody knows. */
async function sendUsage(stage: Stage): Promise<void> {
  const time = `${DAY}T12:00:00Z`;
  const customer = "customer-1";
  const request = (id: string, context_tokens: unknown, generated_tokens: number) => ({
    id,
    source: "gateway",
    type: "llm.request",
    customer,
    time,
    properties: { context_tokens, generated_tokens },
  });
  const gpu = Array.from({ length: 40 }, (_, index) => ({
    id: `gpu-${index}`,
    source: "gateway",
    type: "gpu.used",
    customer: index % 3 === 0 ? "customer-2" : customer,
    time: `2023-11-${String(10 + (index % 20))}T0${index % 9}:30:00Z`,
    properties: {
      seconds: `${12 + ((index * 7) % 30)}.125`,
      model: ["small", "large", "vision"][index % 3],
      region: index % 2 === 0 ? "eu" : "us",
    },
  }));
  await post(stage, "/v1/events", [
    request("big-1", 1_000_000, 20_000),
    request("small-1", 400_000, 15_000),
    request("unreadable-1", "a few", 0),
    ...gpu,
    { id: "stray-1", source: "gateway", type: "gpu.used", customer: "workspace-77", time, properties: { seconds: "3.5", model: "small" } },
    { id: "lost-1", source: "gateway", type: "gpu.used", customer: "Lumen Labs", time, properties: { seconds: "1" } },
  ]);
}

async function meters({ page, step, look }: Stage): Promise<void> {
  await step("the meters say what they count and who uses them, and the catalogue what arrives", async () => {
    await page.getByRole("link", { name: "Meters", exact: true }).click();
    await sees(page, "sum of context_tokens", "plan Pro", "Events that arrive", "gpu.used", "no meter");
    await look("meters");
  });
  await step("a meter is made of a type that arrives, and tried on the customer's own events first", async () => {
    await page
      .getByRole("row", { name: /gpu\.used/ })
      .getByRole("link", { name: "Make a meter" })
      .click();
    await page.getByLabel("Aggregation").selectOption("sum");
    await sees(page, "sum needs a value_property or a value_expression.");
    await page.getByLabel("Value from").selectOption("expression");
    await page.getByLabel("Expression").fill("round(seconds");
    await sees(page, "column");
    await page.getByLabel("Expression").fill("seconds * 2");
    await page.getByLabel("Value from").selectOption("property");
    await page.getByLabel("Property", { exact: true }).fill("seconds");
    await page.getByLabel("Group by").fill("model, region");
    await page.getByLabel("Or real events of").fill("customer-1");
    await page.getByRole("button", { name: "Take the latest 20" }).click();
    await sees(page, "model: vision, region: us");
    await page.getByLabel("Name").fill("GPU seconds");
    await page.getByLabel("Key", { exact: true }).fill("gpu_seconds");
    await page.getByLabel("Unit").fill("second");
    await look("meter-new");
    await page.getByLabel("Key", { exact: true }).fill("api_calls");
    await page.getByRole("button", { name: "Create meter" }).click();
    await sees(page, "key_taken");
    await page.getByLabel("Key", { exact: true }).fill("gpu_seconds");
    await page.getByRole("button", { name: "Create meter" }).click();
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "GPU seconds" }).waitFor();
  });
  await step("a meter shows its usage across customers, by group, and gives it as CSV", async () => {
    await page.getByLabel("From").fill("2023-11-01");
    await page.getByLabel("By", { exact: true }).selectOption("model");
    await sees(page, "vision", "the beginning");
    await look("meter");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    if (download.suggestedFilename() !== "gpu_seconds.csv") throw new Error(`the file is called ${download.suggestedFilename()}`);
  });
  await step("a change of a meter says what it touches, and is in its history", async () => {
    await page.getByRole("link", { name: "Change", exact: true }).click();
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Property", { exact: true }).last().fill("region");
    await page.getByLabel("Value", { exact: true }).fill("eu");
    await look("meter-change");
    await page.getByRole("button", { name: "Save changes" }).click();
    await sees(page, "This changes: filters.", "earlier ones count as they did");
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await sees(page, "region = eu", "the beginning");
  });
  await step("a meter in use says why it is not archived; one that is not, is archived and taken back", async () => {
    await page.getByRole("button", { name: "Archive" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
    await page.getByRole("button", { name: "Take back" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
    await page.getByRole("button", { name: "Archive" }).waitFor();
    await page.getByRole("link", { name: "Meters", exact: true }).click();
    await page.getByRole("link", { name: "API calls" }).click();
    await page.getByRole("button", { name: "Archive" }).click();
    await sees(page, "a meter in use cannot be archived", "meter_in_use");
    if (await page.getByRole("dialog").getByRole("button", { name: "Archive" }).isEnabled()) throw new Error("it may be archived");
    await page.getByRole("button", { name: "Cancel" }).click();
  });
}

async function events({ page, step, look }: Stage): Promise<void> {
  await step("the events of a customer are found by type and status, and the address keeps the filter", async () => {
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await page.getByRole("link", { name: "Customer 1" }).click();
    await page.getByLabel("Type").fill("llm.request");
    await page.getByLabel("From (UTC)").fill(DAY);
    await sees(page, "big-1", "small-1", "unreadable-1");
    if (!page.url().includes("from=2023-12-02")) throw new Error(`the address is ${page.url()}`);
    await page.getByLabel("From (UTC)").fill("2023-11-01");
    await look("events");
    await page.getByRole("link", { name: "Older events" }).click();
    await page.getByRole("link", { name: "Newest" }).click();
  });
  await step("an event shows what it did: meter, value, subscription, period, invoice", async () => {
    await page.getByRole("link", { name: "big-1" }).click();
    await sees(page, "input_tokens", "1,000,000", "not yet", "received");
    await look("event");
  });
  await step("an amendment is previewed line by line and refused while it cannot be read", async () => {
    await page.getByRole("button", { name: "Amend" }).click();
    const properties = page.getByLabel("Properties (replace all)");
    await properties.fill("{");
    await sees(page, "Not a JSON object yet.");
    await properties.fill('{"context_tokens": 600000, "generated_tokens": 20000}');
    await page.getByRole("button", { name: "Preview what changes" }).click();
    await sees(page, "The bill so far of the open period changes.", "-$0.90");
    await look("event-amend");
    await page.getByRole("button", { name: "Cancel" }).click();
  });
}

async function liveBill({ context, page, dashboard, key, step, look }: Stage): Promise<void> {
  const watcher = await context.newPage();
  const isLive = watcher.getByRole("status").filter({ hasText: /^Live/ });
  await step("a customer's bill so far and counters are live", async () => {
    await signIn(watcher, dashboard, key);
    await watcher.getByRole("link", { name: "Customer 1" }).click();
    await isLive.waitFor();
    await sees(watcher, "$3.15", "1,400,000", "Counters of the open period");
    await look("customer", watcher);
  });
  await step("a void that was previewed changes the bill so far within a second, without a reload", async () => {
    await page.getByRole("button", { name: "Void" }).click();
    await sees(page, "-$2.40", "-$0.20");
    await look("event-void");
    await page.getByLabel("Reason").fill("sent by a test client");
    const done = page.waitForResponse((response) => response.url().endsWith("/v1/events/void?preview=false"));
    await page.getByRole("button", { name: "Void this event" }).click();
    await done;
    await watcher.getByText("$0.55", { exact: true }).first().waitFor({ timeout: 1_000 });
    await isLive.waitFor();
    await sees(watcher, "400,000");
    await sees(page, "voided", "sent by a test client");
  });
  await step("where the stream does not come through the bill is asked for, and it is live again as soon as it does", async () => {
    await watcher.route("**/stream", (route) => route.abort());
    await watcher.reload();
    await sees(watcher, "Not live: asking every 5 s", "$0.55");
    await watcher.unroute("**/stream");
    await isLive.waitFor({ timeout: 20_000 });
  });
  await watcher.close();
}

async function unmatched({ page, step, look }: Stage): Promise<void> {
  await step("usage that waits is shown by reason, each with what mends it", async () => {
    await page.getByRole("link", { name: "Unmatched usage" }).click();
    await sees(page, "workspace-77", "Lumen Labs", "missing: the customer", "missing: a value that its meter can read");
    await look("unmatched");
    await page.getByRole("link", { name: "no customer" }).click();
    await sees(page, "workspace-77");
  });
  await step("usage of a name that nobody has is given to a customer", async () => {
    const row = page.getByRole("row", { name: /workspace-77/ });
    await row.getByRole("button", { name: "Give it to a customer" }).click();
    await page.getByRole("dialog").getByLabel("Customer").fill("customer-2");
    await look("unmatched-assign");
    await page.getByRole("button", { name: "Give it to this customer" }).click();
    await row.waitFor({ state: "detached", timeout: 20_000 });
  });
  await step("a customer that events name already is created from them", async () => {
    const row = page.getByRole("row", { name: /Lumen Labs/ });
    await row.getByRole("button", { name: "Create the customer" }).click();
    await look("unmatched-create");
    await page.getByRole("button", { name: "Create customer" }).click();
    await row.waitFor({ state: "detached", timeout: 20_000 });
    await sees(page, "No usage is waiting for the customer.");
  });
}

async function subjects({ page, step, look }: Stage): Promise<void> {
  await step("a subject is added, moved to another customer, and ended", async () => {
    await page.getByRole("link", { name: "Customers", exact: true }).click();
    await page.getByRole("link", { name: "Customer 2" }).click();
    await page.getByRole("link", { name: "Subjects" }).click();
    await sees(page, "workspace-77");
    await page.getByRole("button", { name: "Add a subject" }).click();
    await page.getByLabel("Subject", { exact: true }).fill("device-9");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page
      .getByRole("row", { name: /device-9/ })
      .getByRole("button", { name: "Move" })
      .click();
    await page.getByLabel("To customer").fill("customer-3");
    await page.getByRole("dialog").getByRole("button", { name: "Move" }).click();
    await page
      .getByRole("row", { name: /device-9/ })
      .getByRole("button", { name: "Move" })
      .waitFor({ state: "detached" });
    await page
      .getByRole("row", { name: /workspace-77/ })
      .getByRole("button", { name: "End" })
      .click();
    await page.getByRole("button", { name: "End it" }).click();
    await page
      .getByRole("row", { name: /workspace-77/ })
      .getByRole("button", { name: "End" })
      .waitFor({ state: "detached" });
    await look("subjects");
  });
}

/** Months later nothing in November can change any more: the clock has archived it on its way. */
export async function archivesJourney(stage: Stage): Promise<void> {
  const { page, step, look } = stage;
  await step("an archived month shows its exact sums, and is brought back", async () => {
    for (let done = false; !done;)
      ({ done } = (await post(stage, "/v1/clock/advance", { to: "2024-03-10T00:00:00Z" })) as { done: boolean });
    await page.getByRole("link", { name: "Customers", exact: true }).click();
    await page.getByRole("link", { name: "Customer 2" }).click();
    await page.getByRole("link", { name: "Usage archives" }).click();
    const november = page.getByRole("row", { name: /2023-11/ });
    await november.getByText("2,122,266").waitFor();
    await look("archives");
    await november.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await november.getByText("brought back from the archive").waitFor();
  });
}

async function backfills({ page, step, look }: Stage): Promise<void> {
  await step("a backfill is opened, loaded from a file, previewed and put in force", async () => {
    await page.getByRole("link", { name: "Backfills" }).click();
    await sees(page, "No backfill yet.");
    await page.getByRole("link", { name: "Open a backfill" }).click();
    await page.getByLabel("From (UTC)").fill("2023-12-03T00:00");
    await page.getByLabel("Before (UTC)").fill("2023-12-01T00:00");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await sees(page, "/to");
    await look("backfill-new");
    await page.getByLabel("From (UTC)").fill("2023-12-01T00:00");
    await page.getByLabel("Before (UTC)").fill("2023-12-03T00:00");
    await page.getByLabel("Event types").fill("llm.request");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByLabel("File").setInputFiles(path.join(import.meta.dirname, "backfill.ndjson"));
    await page.getByRole("button", { name: "Load", exact: true }).click();
    await sees(page, "2 loaded", "1 refused", "Event 3:");
    await look("backfill");
    await page.getByRole("button", { name: "Preview and close" }).click();
    await sees(page, "+$1.00", "Put this backfill in force?");
    await look("backfill-close");
    await page.getByRole("button", { name: "Put in force" }).click();
    await page.getByRole("button", { name: "Revert" }).waitFor();
  });
  await step("a backfill is taken back, and the list says so", async () => {
    await page.getByRole("button", { name: "Revert" }).click();
    await page.getByRole("button", { name: "Take back" }).click();
    await page.getByRole("button", { name: "Revert" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Backfills" }).click();
    await sees(page, "reverted");
    await look("backfills");
  });
}
