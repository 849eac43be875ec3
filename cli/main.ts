// `npm run tollgate -- --help`: a command line over the SDK. Prints JSON; refusals go to stderr with exit code 1.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { advanceClock, createTollgate, dataOf, TollgateProblem } from "#sdk/client";
import { USAGE_HELP, usageVerbs, word } from "./usage-verbs.ts";

const HELP = `tollgate: the Tollgate API on the command line

  tollgate login --key tg_… [--url http://127.0.0.1:8787]   remember a key (readable by you only)
  tollgate whoami                                           the clock and kind of the key's environment
  tollgate list customers|subscriptions|invoices|plans|meters|features|products
  tollgate get /v1/…                                        any GET route, as JSON
  tollgate invoice inv_…                                    an invoice as text
  tollgate check CUSTOMER FEATURE [QUANTITY]                may this customer do this, now?
  tollgate advance 2026-02-01T00:00:00Z                     move a sandbox's clock${USAGE_HELP}

  tollgate --help

  TOLLGATE_KEY and TOLLGATE_URL take precedence over what was remembered.`;

type Login = { readonly key: string; readonly url: string };

const LISTS = {
  customers: "/v1/customers",
  subscriptions: "/v1/subscriptions",
  invoices: "/v1/invoices",
  plans: "/v1/plans",
  meters: "/v1/meters",
  features: "/v1/features",
  products: "/v1/products",
} as const;

const loginFile = path.join(process.env["XDG_CONFIG_HOME"] ?? path.join(homedir(), ".config"), "tollgate", "login.json");

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, key: { type: "string" }, url: { type: "string" } },
  });
  const [verb, ...words] = positionals;
  if (values.help === true || verb === undefined) console.log(HELP);
  else if (verb === "login") remember(word(values.key, "--key"), values.url);
  else await run(verb, words);
} catch (error) {
  console.error(error instanceof TollgateProblem ? JSON.stringify(error.problem, null, 2) : error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(verb: string, words: readonly string[]): Promise<void> {
  switch (verb) {
    case "whoami":
      return show(await dataOf(client().GET("/v1/clock")));
    case "list": {
      const list = Object.entries(LISTS).find(([name]) => name === words[0])?.[1];
      if (list === undefined) throw new Error(`list takes one of: ${Object.keys(LISTS).join(", ")}`);
      return show(await dataOf(client().GET(list)));
    }
    case "get":
      return show(JSON.parse(await read(word(words[0], "a path"), "application/json")));
    case "invoice":
      return console.log(await read(`/v1/invoices/${word(words[0], "an invoice id")}`, "text/plain"));
    case "check": {
      const [customer, feature, quantity] = words;
      const body = {
        customer: word(customer, "a customer"),
        feature: word(feature, "a feature"),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return show(await dataOf(client().POST("/v1/check", { body })));
    }
    case "advance":
      return show({ now: await advanceClock(client(), word(words[0], "a time"), (now) => console.error(now)) });
    default: {
      const does = usageVerbs[verb]?.[words[0] ?? ""];
      if (does === undefined) throw new Error(`tollgate does not know "${[verb, ...words.slice(0, 1)].join(" ")}". See tollgate --help`);
      return show(await does(client(), words.slice(1)));
    }
  }
}

function show(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

function remember(key: string, url = "http://127.0.0.1:8787"): void {
  const login: Login = { key, url };
  mkdirSync(path.dirname(loginFile), { recursive: true });
  writeFileSync(loginFile, JSON.stringify(login), { mode: 0o600 });
  chmodSync(loginFile, 0o600);
  console.log(`Remembered in ${loginFile}`);
}

function login(): Login {
  const known = existsSync(loginFile) ? (JSON.parse(readFileSync(loginFile, "utf8")) as Login) : null;
  const key = process.env["TOLLGATE_KEY"] ?? known?.key;
  if (key === undefined) throw new Error("No key. Use: tollgate login --key tg_…");
  return { key, url: process.env["TOLLGATE_URL"] ?? known?.url ?? "http://127.0.0.1:8787" };
}

function client() {
  const { key, url } = login();
  return createTollgate({ baseUrl: url, key });
}

/** A GET whose answer is not JSON of a known form. */
async function read(route: string, accept: string): Promise<string> {
  const { key, url } = login();
  const response = await fetch(new URL(route, url), { headers: { authorization: `Bearer ${key}`, accept } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
