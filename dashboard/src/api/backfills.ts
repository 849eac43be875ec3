import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { dataOf, resultsOf } from "#sdk/client";
import type { components } from "#sdk/schema";
import { api } from "./session";

type Schemas = components["schemas"];
export type Backfill = Schemas["Backfill"];
export type BackfillPreview = Schemas["BackfillPreview"];
export type EventResults = Schemas["EventResults"];

export const backfillsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ["backfills", cursor],
    queryFn: () => dataOf(api().GET("/v1/backfills", { params: { query: { limit: 50, ...(cursor ? { cursor } : {}) } } })),
  });

export const backfillQuery = (backfill: string) =>
  queryOptions({
    queryKey: ["backfill", backfill],
    queryFn: () => dataOf(api().GET("/v1/backfills/{backfill}", { params: { path: { backfill } } })),
  });

export const backfillCustomersQuery = (backfill: string) =>
  infiniteQueryOptions({
    queryKey: ["backfill-customers", backfill],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      dataOf(
        api().GET("/v1/backfills/{backfill}/customers", {
          params: { path: { backfill }, query: { limit: 50, ...(cursor === undefined ? {} : { cursor }) } },
        }),
      ),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

/** What closing would change, customer by customer. */
export const backfillPreviewQuery = (backfill: string) =>
  infiniteQueryOptions({
    queryKey: ["backfill-preview", backfill],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }): Promise<BackfillPreview> => {
      const query = { preview: "true", limit: 10, ...(cursor === undefined ? {} : { cursor }) } as const;
      const answer = await dataOf(api().POST("/v1/backfills/{backfill}/close", { params: { path: { backfill }, query } }));
      if (!("data" in answer)) throw new Error("The API closed the backfill instead of previewing it.");
      return answer;
    },
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    gcTime: 0,
  });

/** Closes or reverts, call after call until it is done; `progress` hears what it has come to. */
export async function walkBackfill(verb: "close" | "revert", backfill: string, progress: (reached: Backfill) => void): Promise<Backfill> {
  const params = { path: { backfill } };
  for (;;) {
    const answer = await dataOf(
      verb === "close"
        ? api().POST("/v1/backfills/{backfill}/close", { params })
        : api().POST("/v1/backfills/{backfill}/revert", { params }),
    );
    progress(answer.backfill);
    if (!("done" in answer) || answer.done) return answer.backfill;
  }
}

/** Sends events as the text they are. */
export function loadEvents(backfill: string, text: string, type: "application/json" | "application/x-ndjson"): Promise<EventResults> {
  return resultsOf(
    api().POST("/v1/backfills/{backfill}/events", {
      params: { path: { backfill } },
      headers: { "content-type": type },
      body: [],
      bodySerializer: () => text,
    }),
  );
}
