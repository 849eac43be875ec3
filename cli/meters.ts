import type { Options } from "./options.ts";
import { call, given, show, word } from "./session.ts";

/** `tollgate meters query` */
export async function meters([verb, ...words]: readonly string[], options: Options): Promise<void> {
  if (verb !== "query") throw new Error("meters takes: query");
  const meter = word(words[0], "a meter");
  const { customer, from, to, window, filter, cursor } = options;
  const query = given({ customer, from, to, window, filter, cursor, group_by: options["group-by"], time_zone: options["time-zone"] });
  const asked = new URLSearchParams({ ...(query as Record<string, string>), ...(options.csv === true ? { format: "csv" } : {}) });
  const route = `/v1/meters/${encodeURIComponent(meter)}/query?${asked.toString()}`;
  if (options.csv === true) return void process.stdout.write(await call(route, { accept: "text/csv" }));
  return show(JSON.parse(await call(route, { accept: "application/json" })));
}
