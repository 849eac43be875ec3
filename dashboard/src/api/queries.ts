import { queryOptions } from "@tanstack/react-query";
import { dataOf } from "#sdk/client";
import { api } from "./session";

type InvoiceStatus = "draft" | "issued" | "paid" | "void";

export const clockQuery = queryOptions({ queryKey: ["clock"], queryFn: () => dataOf(api().GET("/v1/clock")) });

export const customersQuery = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ["customers", cursor],
    queryFn: () => dataOf(api().GET("/v1/customers", { params: { query: { limit: 50, ...(cursor ? { cursor } : {}) } } })),
  });

export const customerQuery = (customer: string) =>
  queryOptions({
    queryKey: ["customer", customer],
    queryFn: () => dataOf(api().GET("/v1/customers/{customer}", { params: { path: { customer } } })),
  });

export const subscriptionsQuery = (customer: string) =>
  queryOptions({
    queryKey: ["subscriptions", customer],
    queryFn: () => dataOf(api().GET("/v1/subscriptions", { params: { query: { customer, limit: 50 } } })),
  });

export const entitlementsQuery = (customer: string) =>
  queryOptions({
    queryKey: ["entitlements", customer],
    queryFn: () => dataOf(api().GET("/v1/customers/{customer}/entitlements", { params: { path: { customer } } })),
  });

export const upcomingQuery = (customer: string) =>
  queryOptions({
    queryKey: ["upcoming", customer],
    queryFn: () => dataOf(api().GET("/v1/customers/{customer}/upcoming-invoice", { params: { path: { customer } } })),
  });

export const invoicesQuery = (filter: { customer?: string; status?: InvoiceStatus; cursor?: string | undefined }) =>
  queryOptions({
    queryKey: ["invoices", filter],
    queryFn: () => {
      const { customer, status, cursor } = filter;
      const query = { limit: 50, ...(customer ? { customer } : {}), ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) };
      return dataOf(api().GET("/v1/invoices", { params: { query } }));
    },
  });

export const invoiceQuery = (invoice: string) =>
  queryOptions({
    queryKey: ["invoice", invoice],
    queryFn: () => dataOf(api().GET("/v1/invoices/{invoice}", { params: { path: { invoice } } })),
  });

export const paymentsQuery = (invoice: string) =>
  queryOptions({
    queryKey: ["payments", invoice],
    queryFn: () => dataOf(api().GET("/v1/invoices/{invoice}/payments", { params: { path: { invoice } } })),
  });
