import { dataOf } from "#sdk/client";
import type { Options } from "./options.ts";
import { client, given, show, word } from "./session.ts";

/** `tollgate events list|get|void|amend` */
export async function events([verb, ...words]: readonly string[], options: Options): Promise<void> {
  const customer = word(words[0], "a customer");
  const { type, status, from, to, filter, source, reason, time } = options;
  const preview = options.preview === true ? ("true" as const) : ("false" as const);
  switch (verb) {
    case "list": {
      const limit = options.limit === undefined ? undefined : Number(options.limit);
      const query = { customer, ...given({ type, status, from, to, filter, limit, cursor: options.cursor }) };
      return show(await dataOf(client().GET("/v1/events", { params: { query } })));
    }
    case "get": {
      const params = { path: { event: word(words[1], "an event's id") }, query: { customer, ...given({ source }) } };
      return show(await dataOf(client().GET("/v1/events/{event}", { params })));
    }
    case "void": {
      word(words[1], "an event's id");
      const body = words.slice(1).map((id) => ({ customer, id, ...given({ source, reason }) }));
      return show(await dataOf(client().POST("/v1/events/void", { params: { query: { preview } }, body })));
    }
    case "amend": {
      const properties = JSON.parse(word(words[2], "the properties, as JSON,")) as Record<string, unknown>;
      const body = { customer, id: word(words[1], "an event's id"), properties, ...given({ source, reason, type, time }) };
      return show(await dataOf(client().POST("/v1/events/amend", { params: { query: { preview } }, body })));
    }
    default:
      throw new Error("events takes one of: list, get, void, amend");
  }
}
