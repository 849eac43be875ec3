import { queryOptions } from "@tanstack/react-query";
import { dataOf } from "#sdk/client";
import { api } from "./session";

/** The names that events carry for a customer. */
export const subjectsQuery = (customer: string, cursor?: string) =>
  queryOptions({
    queryKey: ["subjects", customer, cursor],
    queryFn: () =>
      dataOf(
        api().GET("/v1/customers/{customer}/subjects", {
          params: { path: { customer }, query: { limit: 50, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });

/** The months of a customer's raw events. */
export const usageMonthsQuery = (customer: string) =>
  queryOptions({
    queryKey: ["usage-months", customer],
    queryFn: () => dataOf(api().GET("/v1/customers/{customer}/usage-archives", { params: { path: { customer } } })),
    // What is under way ends by itself; a look now and then sees it.
    refetchInterval: ({ state }) =>
      state.data?.data.some(({ archive }) => archive !== null && ["writing", "written", "restoring"].includes(archive.state))
        ? 2_000
        : false,
  });
