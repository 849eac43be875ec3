import { queryOptions } from "@tanstack/react-query";
import { dataOf, resultsOf } from "#sdk/client";
import type { components } from "#sdk/schema";
import { api } from "./session";

type Schemas = components["schemas"];
export type Event = Schemas["Event"];
export type EventTrace = Schemas["EventTrace"];
export type Corrected = Schemas["CorrectionResults"];
export type UnmatchedUsage = Schemas["UnmatchedUsage"];

export const EVENT_STATUSES = ["counted", "unmatched", "voided", "superseded", "staged", "reverted"] as const;
export const UNMATCHED_REASONS = ["customer", "type", "value"] as const;

export type EventFilter = {
  readonly customer: string;
  readonly type?: string;
  readonly status?: (typeof EVENT_STATUSES)[number];
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
  readonly limit?: number;
};

export const eventsQuery = ({ customer, type, status, from, to, cursor, limit = 50 }: EventFilter) =>
  queryOptions({
    queryKey: ["events", customer, type, status, from, to, cursor, limit],
    queryFn: () => {
      const range = { ...(from ? { from: `${from}T00:00:00Z` } : {}), ...(to ? { to: `${to}T00:00:00Z` } : {}) };
      const query = { customer, limit, ...(type ? { type } : {}), ...(status ? { status } : {}), ...range, ...(cursor ? { cursor } : {}) };
      return dataOf(api().GET("/v1/events", { params: { query } }));
    },
  });

export const eventQuery = (event: string, customer: string, source: string | undefined) =>
  queryOptions({
    queryKey: ["event", customer, source, event],
    queryFn: () =>
      dataOf(
        api().GET("/v1/events/{event}", { params: { path: { event }, query: { customer, ...(source === undefined ? {} : { source }) } } }),
      ),
  });

export type Correction = {
  readonly verb: "void" | "amend";
  /** The body as JSON text: no number in it is read here, so none is rounded. */
  readonly body: string;
  readonly preview: boolean;
};

/** Voids or amends events, or tells what that would change. */
export function correct({ verb, body, preview }: Correction): Promise<Corrected> {
  const given = { params: { query: { preview: preview ? "true" : "false" } }, body: [], bodySerializer: () => body } as const;
  return resultsOf(
    verb === "void" ? api().POST("/v1/events/void", { ...given, body: [] }) : api().POST("/v1/events/amend", { ...given, body: [] }),
  );
}

export const correctionPreviewQuery = (verb: Correction["verb"], body: string) =>
  queryOptions({ queryKey: ["correction", verb, body], queryFn: () => correct({ verb, body, preview: true }), staleTime: 0, gcTime: 0 });

export const unmatchedQuery = (filter: { readonly reason?: UnmatchedUsage["reason"] | undefined; readonly cursor?: string | undefined }) =>
  queryOptions({
    queryKey: ["unmatched", filter.reason, filter.cursor],
    queryFn: () => {
      const { reason, cursor } = filter;
      return dataOf(
        api().GET("/v1/events/unmatched", {
          params: { query: { limit: 50, ...(reason ? { reason } : {}), ...(cursor ? { cursor } : {}) } },
        }),
      );
    },
  });
