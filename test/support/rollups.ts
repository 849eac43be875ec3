import type { Id } from "#domain/ids";
import { hourlyRollups } from "#storage/queries/usage-rollups";
import type { Api } from "#test/support/api";
import { contextFor } from "#test/support/context";

export type WireHour = readonly [customer: string, hour: string, group: Readonly<Record<string, string | null>>, state: string];

/** The hours of a meter in D1, as a query across customers reads them. */
export async function rollupsOf(
  api: Api,
  meter: string,
  { customers = null, ofGroups = true }: { readonly customers?: readonly string[] | null; readonly ofGroups?: boolean } = {},
): Promise<WireHour[]> {
  const { db } = await contextFor(api);
  const range = { start: 0, end: Date.UTC(2100, 0, 1) };
  const hours: WireHour[] = [];
  for await (const page of hourlyRollups(db, api.environment as Id<"environment">, { meter, range, customers, ofGroups })) {
    for (const { customerKey, hour, group, state } of page)
      hours.push([customerKey, new Date(hour).toISOString().slice(0, 13), group, state]);
  }
  return hours;
}
