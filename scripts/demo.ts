// `npm run demo`: bills a month of real usage on the running server and compares every line with an independent calculation.
import { existsSync, readFileSync } from "node:fs";
import { type Keys, keysFile } from "./paths.ts";
import { tellTraceStory } from "#test/support/trace-story/story";
import { generatedTrace, parseTrace } from "#test/support/trace-story/trace";

const PUBLISHED_TRACE = "../shared/data/azure-llm-code-2023.csv";
/** As many as the published trace has. */
const PUBLISHED_ROWS = 8_819;

if (!existsSync(keysFile)) {
  console.error("No running platform found. Start it first, in another terminal: npm start");
  process.exit(1);
}
const keys = JSON.parse(readFileSync(keysFile, "utf8")) as Keys;
const tracePath = process.argv[2] ?? PUBLISHED_TRACE;
const rows = existsSync(tracePath) ? parseTrace(readFileSync(tracePath, "utf8")) : generatedTrace(PUBLISHED_ROWS);
console.log(
  existsSync(tracePath)
    ? `${rows.length} real requests from ${tracePath}`
    : `${rows.length} generated requests (give a trace's path to use it)`,
);

const began = performance.now();
const { key, customers } = await tellTraceStory({
  send: (path, init) => fetch(new URL(path, keys.api), init),
  adminKey: keys.live,
  rows,
  sandbox: `demo-${new Date().toISOString().replace(/[^0-9]/g, "")}`,
  tell: (line) => console.log(line),
});

const shown = customers[0];
if (shown) {
  const text = await fetch(new URL(`/v1/invoices/${shown.second.id}`, keys.api), {
    headers: { authorization: `Bearer ${key}`, accept: "text/plain" },
  });
  console.log(`\n${await text.text()}`);
}
console.log(`Done in ${((performance.now() - began) / 1000).toFixed(1)} s. See it in the dashboard: ${keys.dashboard}`);
console.log(`Sign in there with this sandbox's key: ${key}`);
