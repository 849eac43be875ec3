import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { EVENT_STATUSES, UNMATCHED_REASONS } from "./api/events";
import { USAGE_WINDOWS } from "./api/meters";
import { ClockPage } from "./pages/clock";
import { CustomersPage } from "./pages/customers";
import { InvoicePage } from "./pages/invoice";
import { InvoicesPage } from "./pages/invoices";
import { Layout } from "./pages/layout";
import { NotFoundPage } from "./pages/not-found";

const STATUSES = ["draft", "issued", "paid", "void"] as const;

const root = createRootRoute({ component: Layout });
const getParentRoute = () => root;

type Search = Record<string, unknown>;

/** The address is the state: lists keep their filter and page in it. What it cannot mean is left out. */
function texts<Name extends string>(search: Search, ...names: readonly Name[]): { [Key in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = search[name];
    return typeof value === "string" || typeof value === "number" ? [[name, String(value)] as const] : [];
  });
  return Object.fromEntries(found) as { [Key in Name]?: string };
}

function choice<Name extends string, Value extends string>(
  search: Search,
  name: Name,
  values: readonly Value[],
): { [Key in Name]?: Value } {
  const value = values.find((one) => one === search[name]);
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

const cursorOf = (search: Search) => texts(search, "cursor");

const routes = [
  createRoute({
    getParentRoute,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/customers" });
    },
  }),
  createRoute({ getParentRoute, path: "/customers", component: CustomersPage, validateSearch: cursorOf }),
  createRoute({
    getParentRoute,
    path: "/customers/$customer",
    component: lazyRouteComponent(() => import("./pages/customer"), "CustomerPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/customers/$customer/subjects",
    component: lazyRouteComponent(() => import("./pages/subjects"), "SubjectsPage"),
    validateSearch: cursorOf,
  }),
  createRoute({
    getParentRoute,
    path: "/customers/$customer/archives",
    component: lazyRouteComponent(() => import("./pages/usage-archives"), "UsageArchivesPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/invoices",
    component: InvoicesPage,
    validateSearch: (search: Search) => ({ ...choice(search, "status", STATUSES), ...cursorOf(search) }),
  }),
  createRoute({ getParentRoute, path: "/invoices/$invoice", component: InvoicePage }),
  createRoute({
    getParentRoute,
    path: "/meters",
    component: lazyRouteComponent(() => import("./pages/meters"), "MetersPage"),
    validateSearch: (search: Search) => texts(search, "cursor", "types"),
  }),
  createRoute({
    getParentRoute,
    path: "/meters/new",
    component: lazyRouteComponent(() => import("./pages/meter-form"), "NewMeterPage"),
    validateSearch: (search: Search) => texts(search, "event_type"),
  }),
  createRoute({
    getParentRoute,
    path: "/meters/$meter",
    component: lazyRouteComponent(() => import("./pages/meter"), "MeterPage"),
    validateSearch: (search: Search) => ({
      ...texts(search, "customer", "from", "to", "group_by"),
      ...choice(search, "window", USAGE_WINDOWS),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/meters/$meter/edit",
    component: lazyRouteComponent(() => import("./pages/meter-form"), "ChangeMeterPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/events",
    component: lazyRouteComponent(() => import("./pages/events"), "EventsPage"),
    validateSearch: (search: Search) => ({
      ...texts(search, "customer", "type", "from", "to", "cursor"),
      ...choice(search, "status", EVENT_STATUSES),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/events/$event",
    component: lazyRouteComponent(() => import("./pages/event"), "EventPage"),
    validateSearch: (search: Search) => {
      const { customer = "", source } = texts(search, "customer", "source");
      return { customer, ...(source === undefined ? {} : { source }) };
    },
  }),
  createRoute({
    getParentRoute,
    path: "/unmatched",
    component: lazyRouteComponent(() => import("./pages/unmatched"), "UnmatchedPage"),
    validateSearch: (search: Search) => ({ ...choice(search, "reason", UNMATCHED_REASONS), ...cursorOf(search) }),
  }),
  createRoute({
    getParentRoute,
    path: "/backfills",
    component: lazyRouteComponent(() => import("./pages/backfills"), "BackfillsPage"),
    validateSearch: cursorOf,
  }),
  createRoute({
    getParentRoute,
    path: "/backfills/new",
    component: lazyRouteComponent(() => import("./pages/open-backfill"), "OpenBackfillPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/backfills/$backfill",
    component: lazyRouteComponent(() => import("./pages/backfill"), "BackfillPage"),
  }),
  createRoute({ getParentRoute, path: "/clock", component: ClockPage }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  defaultNotFoundComponent: NotFoundPage,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
