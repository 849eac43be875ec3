// `npm run tollgate -- --help`: a command line over the SDK. Prints JSON; refusals go to stderr with exit code 1.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { advanceClock, dataOf, TollgateProblem } from "#sdk/client";
import { backfills } from "./backfills.ts";
import { events } from "./events.ts";
import { meters } from "./meters.ts";
import { OPTIONS, type Options } from "./options.ts";
import { call, client, type Login, loginFile, show, word } from "./session.ts";
import { USAGE_HELP, usageVerbs } from "./usage-verbs.ts";

const HELP = `tollgate: the Tollgate API on the command line

  tollgate login --key tg_… [--url http://127.0.0.1:8787]   remember a key (readable by you only)
  tollgate whoami                                           the clock and kind of the key's environment
  tollgate list customers|subscriptions|invoices|plans|meters|features|products
  tollgate get /v1/…                                        any GET route, as JSON
  tollgate invoice inv_…                                    an invoice as text
  tollgate check CUSTOMER FEATURE [QUANTITY]                may this customer do this, now?
  tollgate advance 2026-02-01T00:00:00Z                     move a sandbox's clock

  tollgate events list CUSTOMER [--type a,b] [--status counted,voided] [--from …] [--to …] [--filter JSON] [--limit n]
  tollgate events get CUSTOMER ID [--source s]              what an event did, and its history
  tollgate events void CUSTOMER ID… [--source s] [--reason r] [--preview]
  tollgate events amend CUSTOMER ID PROPERTIES [--type t] [--time …] [--source s] [--reason r] [--preview]
  tollgate meters query METER [--customer a,b] [--from …] [--to …] [--window day] [--group-by customer,region] [--filter JSON]
                              [--time-zone Europe/Berlin] [--csv]
  tollgate backfills list | get ID | revert ID
  tollgate backfills open --from … --to … --mode replace|add [--type a,b] [--customer a,b]
  tollgate backfills load ID FILE                           events, one a line
  tollgate backfills close ID [--preview]
${USAGE_HELP}
  tollgate --help

  TOLLGATE_KEY and TOLLGATE_URL take precedence over what was remembered.`;

const LISTS = {
  customers: "/v1/customers",
  subscriptions: "/v1/subscriptions",
  invoices: "/v1/invoices",
  plans: "/v1/plans",
  meters: "/v1/meters",
  features: "/v1/features",
  products: "/v1/products",
} as const;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [verb, ...words] = positionals;
  if (values.help === true || verb === undefined) console.log(HELP);
  else if (verb === "login") remember(word(values.key, "--key"), values.url);
  else await run(verb, words, values);
} catch (error) {
  console.error(error instanceof TollgateProblem ? JSON.stringify(error.problem, null, 2) : error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(verb: string, words: readonly string[], options: Options): Promise<void> {
  switch (verb) {
    case "whoami":
      return show(await dataOf(client().GET("/v1/clock")));
    case "list": {
      const list = Object.entries(LISTS).find(([name]) => name === words[0])?.[1];
      if (list === undefined) throw new Error(`list takes one of: ${Object.keys(LISTS).join(", ")}`);
      return show(await dataOf(client().GET(list)));
    }
    case "get":
      return show(JSON.parse(await call(word(words[0], "a path"), { accept: "application/json" })));
    case "invoice":
      return console.log(await call(`/v1/invoices/${word(words[0], "an invoice id")}`, { accept: "text/plain" }));
    case "check": {
      const [customer, feature, quantity] = words;
      const body = {
        customer: word(customer, "a customer"),
        feature: word(feature, "a feature"),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return show(await dataOf(client().POST("/v1/check", { body })));
    }
    case "events":
      return events(words, options);
    case "meters":
      return words[0] === "query" ? meters(words, options) : useVerb(verb, words);
    case "backfills":
      return backfills(words, options);
    case "advance":
      return show({ now: await advanceClock(client(), word(words[0], "a time"), (now) => console.error(now)) });
    default:
      return useVerb(verb, words);
  }
}

async function useVerb(noun: string, [verb, ...words]: readonly string[]): Promise<void> {
  const does = usageVerbs[noun]?.[verb ?? ""];
  if (does === undefined) throw new Error(`tollgate does not know "${[noun, verb ?? ""].join(" ").trim()}". See tollgate --help`);
  return show(await does(client(), words));
}

function remember(key: string, url = "http://127.0.0.1:8787"): void {
  const login: Login = { key, url };
  mkdirSync(path.dirname(loginFile), { recursive: true });
  writeFileSync(loginFile, JSON.stringify(login), { mode: 0o600 });
  chmodSync(loginFile, 0o600);
  console.log(`Remembered in ${loginFile}`);
}
