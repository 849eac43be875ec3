// The nouns of metering on the command line: each verb is one call of the SDK.
import { readFileSync } from "node:fs";
import type { Client } from "openapi-fetch";
import { dataOf } from "#sdk/client";
import type { paths } from "#sdk/schema";
import { word } from "./session.ts";

type Verb = (client: Client<paths>, words: readonly string[]) => Promise<unknown>;
type BodyOf<Path extends keyof paths> = paths[Path] extends { post: { requestBody?: { content: { "application/json": infer Body } } } }
  ? Body
  : never;

export const USAGE_HELP = `  tollgate meters create|evaluate JSON                      JSON as text, or @file
  tollgate meters change METER JSON
  tollgate meters archive|unarchive METER
  tollgate event-types list                                 what arrives, and which meters read it
  tollgate unmatched list [customer|type|value]             what arrived and is not counted
  tollgate subjects list CUSTOMER
  tollgate subjects add CUSTOMER SUBJECT [FROM]
  tollgate subjects end CUSTOMER SUBJECT [AT]
  tollgate archives list CUSTOMER                           the months of a customer's raw events
  tollgate archives create CUSTOMER [MONTH]                 move a month, or all that are ready, to file storage
  tollgate archives restore CUSTOMER MONTH                  bring a month back
  tollgate rollups rebuild [CUSTOMER]                       fill the hourly rollups from the ledgers again`;

export const usageVerbs: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  meters: {
    create: async (client, [json]) => dataOf(client.POST("/v1/meters", { body: bodyFrom<"/v1/meters">(json) })),
    evaluate: async (client, [json]) => dataOf(client.POST("/v1/meters/evaluate", { body: bodyFrom<"/v1/meters/evaluate">(json) })),
    change: async (client, [meter, json]) =>
      dataOf(
        client.POST("/v1/meters/{meter}/change", {
          params: { path: { meter: word(meter, "a meter") } },
          body: bodyFrom<"/v1/meters/{meter}/change">(json),
        }),
      ),
    archive: async (client, [meter]) =>
      dataOf(client.POST("/v1/meters/{meter}/archive", { params: { path: { meter: word(meter, "a meter") } } })),
    unarchive: async (client, [meter]) =>
      dataOf(client.POST("/v1/meters/{meter}/unarchive", { params: { path: { meter: word(meter, "a meter") } } })),
  },
  "event-types": { list: async (client) => dataOf(client.GET("/v1/event-types")) },
  unmatched: {
    list: async (client, [reason]) => {
      const reasons = ["customer", "type", "value"] as const;
      const known = reasons.find((one) => one === reason);
      if (reason !== undefined && known === undefined) throw new Error(`A reason is one of: ${reasons.join(", ")}`);
      return dataOf(client.GET("/v1/events/unmatched", { params: { query: known === undefined ? {} : { reason: known } } }));
    },
  },
  subjects: {
    list: async (client, [customer]) =>
      dataOf(client.GET("/v1/customers/{customer}/subjects", { params: { path: { customer: word(customer, "a customer") } } })),
    add: async (client, [customer, subject, from]) =>
      dataOf(
        client.POST("/v1/customers/{customer}/subjects", {
          params: { path: { customer: word(customer, "a customer") } },
          body: { subject: word(subject, "a subject"), ...(from === undefined ? {} : { from }) },
        }),
      ),
    end: async (client, [customer, subject, at]) =>
      dataOf(
        client.POST("/v1/customers/{customer}/subjects/{subject}/end", {
          params: { path: { customer: word(customer, "a customer"), subject: word(subject, "a subject") } },
          body: at === undefined ? {} : { at },
        }),
      ),
  },
  archives: {
    list: async (client, [customer]) =>
      dataOf(client.GET("/v1/customers/{customer}/usage-archives", { params: { path: { customer: word(customer, "a customer") } } })),
    create: async (client, [customer, month]) =>
      dataOf(
        client.POST("/v1/customers/{customer}/usage-archives", {
          params: { path: { customer: word(customer, "a customer") } },
          body: month === undefined ? {} : { month },
        }),
      ),
    restore: async (client, [customer, month]) =>
      dataOf(
        client.POST("/v1/customers/{customer}/usage-archives/{month}/restore", {
          params: { path: { customer: word(customer, "a customer"), month: word(month, "a month") } },
        }),
      ),
  },
  rollups: {
    rebuild: async (client, [customer]) =>
      dataOf(client.POST("/v1/usage-rollups/rebuild", { body: customer === undefined ? {} : { customer } })),
  },
};

/** A body as the API takes it: the API checks it, not this. */
function bodyFrom<Path extends keyof paths>(given: string | undefined): BodyOf<Path> {
  const text = word(given, "JSON");
  return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text) as BodyOf<Path>;
}
