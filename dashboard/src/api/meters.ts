import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { dataOf, TollgateProblem, type Problem } from "#sdk/client";
import type { components, operations } from "#sdk/schema";
import { api, sessionKey } from "./session";

type Schemas = components["schemas"];
export type Meter = Schemas["Meter"];
export type Filter = Schemas["Filter"];
export type MeterInput = Schemas["MeterInput"];
export type MeterChange = Schemas["MeterChange"];
export type MeterDefinition = Schemas["MeterDefinitionInput"];
export type EventType = Schemas["EventType"];
export type MeterTotals = Schemas["MeterTotals"];
export type UsageQuestion = NonNullable<operations["queryMeter"]["parameters"]["query"]>;

export const USAGE_WINDOWS = ["minute", "hour", "day", "week", "month"] as const;

const pageOf = (cursor: string | undefined) => ({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });

export const metersQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ["meters", cursor],
    queryFn: () => dataOf(api().GET("/v1/meters", { params: { query: pageOf(cursor) } })),
  });

export const meterQuery = (meter: string) =>
  queryOptions({
    queryKey: ["meter", meter],
    queryFn: () => dataOf(api().GET("/v1/meters/{meter}", { params: { path: { meter } } })),
  });

export const eventTypesQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ["event-types", cursor],
    queryFn: () => dataOf(api().GET("/v1/event-types", { params: { query: pageOf(cursor) } })),
  });

/** Which plans and features count by which meter. */
export const meterUsesQuery = queryOptions({
  queryKey: ["meter-uses"],
  queryFn: async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const [plans, features] = await Promise.all([
      dataOf(api().GET("/v1/plans", { params: { query: pageOf(undefined) } })),
      dataOf(api().GET("/v1/features", { params: { query: pageOf(undefined) } })),
    ]);
    const uses = new Map<string, string[]>();
    const add = (meter: string | null, user: string): void => {
      if (meter === null) return;
      const users = uses.get(meter) ?? [];
      if (!users.includes(user)) uses.set(meter, [...users, user]);
    };
    for (const { name, prices } of plans.data) for (const { meter } of prices) add(meter, `plan ${name}`);
    for (const { name, meter } of features.data) add(meter, `feature ${name}`);
    return uses;
  },
});

export const totalsQuery = (meter: string, question: UsageQuestion) =>
  queryOptions({
    queryKey: ["usage", meter, question],
    queryFn: () => dataOf(api().GET("/v1/meters/{meter}/query", { params: { path: { meter }, query: question } })),
  });

/** What a meter that does not exist yet would make of events. The events go as the text they are: no number in them is read here. */
export const evaluationQuery = (definition: MeterDefinition, events: string) =>
  queryOptions({
    queryKey: ["evaluation", definition, events],
    queryFn: () =>
      dataOf(
        api().POST("/v1/meters/evaluate", {
          body: { definition, events: [] },
          bodySerializer: () => `{"definition":${JSON.stringify(definition)},"events":${events}}`,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Hands the API's CSV of a question to the browser as a file. */
export async function downloadTotals(meter: string, question: UsageQuestion): Promise<void> {
  const query = new URLSearchParams([...Object.entries(question).map(([name, value]) => [name, String(value)]), ["format", "csv"]]);
  const response = await fetch(`/api/v1/meters/${encodeURIComponent(meter)}/query?${query.toString()}`, {
    headers: { authorization: `Bearer ${sessionKey() ?? ""}` },
  });
  if (!response.ok) throw new TollgateProblem((await response.json()) as Problem);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${meter}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
