import { readFileSync } from "node:fs";
import { dataOf, walkBackfill } from "#sdk/client";
import type { Options } from "./options.ts";
import { call, client, given, show, word } from "./session.ts";

/** `tollgate backfills list|get|open|load|close|revert` */
export async function backfills([verb, ...words]: readonly string[], options: Options): Promise<void> {
  if (verb === "list") return show(await dataOf(client().GET("/v1/backfills", { params: { query: given({ cursor: options.cursor }) } })));
  if (verb === "open") return open(options);
  const id = word(words[0], "a backfill");
  const path = { backfill: id };
  switch (verb) {
    case "get":
      return show(await dataOf(client().GET("/v1/backfills/{backfill}", { params: { path } })));
    case "load": {
      const text = readFileSync(word(words[1], "a file of events, one a line,"), "utf8");
      const body = { type: "application/x-ndjson", text };
      return show(JSON.parse(await call(`/v1/backfills/${id}/events`, { method: "POST", accept: "application/json", body })));
    }
    case "close": {
      if (options.preview !== true) return show(await walkBackfill(client(), id, "close", (customers) => console.error(customers)));
      const query = { preview: "true" as const, ...given({ cursor: options.cursor }) };
      return show(await dataOf(client().POST("/v1/backfills/{backfill}/close", { params: { path, query } })));
    }
    case "revert":
      return show(await walkBackfill(client(), id, "revert", (customers) => console.error(customers)));
    default:
      throw new Error("backfills takes one of: list, get, open, load, close, revert");
  }
}

async function open({ from, to, mode, type, customer }: Options): Promise<void> {
  if (mode !== "replace" && mode !== "add") throw new Error("--mode is replace or add");
  const body = {
    from: word(from, "--from"),
    to: word(to, "--to"),
    mode,
    ...given({ event_types: type?.split(","), customers: customer?.split(",") }),
  } as const;
  return show(await dataOf(client().POST("/v1/backfills", { body })));
}
