import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { ClockPage } from "./pages/clock";
import { CustomerPage } from "./pages/customer";
import { CustomersPage } from "./pages/customers";
import { InvoicePage } from "./pages/invoice";
import { InvoicesPage } from "./pages/invoices";
import { Layout } from "./pages/layout";
import { NotFoundPage } from "./pages/not-found";
import { UnmatchedPage } from "./pages/unmatched";

const STATUSES = ["draft", "issued", "paid", "void"] as const;
type InvoiceSearch = { status?: (typeof STATUSES)[number]; cursor?: string };

const root = createRootRoute({ component: Layout });
const getParentRoute = () => root;

/** The address is the state: lists keep their filter and page in it. */
const cursorOf = (search: Record<string, unknown>): { cursor?: string } =>
  typeof search["cursor"] === "string" ? { cursor: search["cursor"] } : {};
const invoiceSearch = (search: Record<string, unknown>): InvoiceSearch => {
  const status = STATUSES.find((one) => one === search["status"]);
  return { ...(status === undefined ? {} : { status }), ...cursorOf(search) };
};

const routes = [
  createRoute({
    getParentRoute,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/customers" });
    },
  }),
  createRoute({ getParentRoute, path: "/customers", component: CustomersPage, validateSearch: cursorOf }),
  createRoute({ getParentRoute, path: "/customers/$customer", component: CustomerPage }),
  createRoute({ getParentRoute, path: "/invoices", component: InvoicesPage, validateSearch: invoiceSearch }),
  createRoute({ getParentRoute, path: "/invoices/$invoice", component: InvoicePage }),
  createRoute({ getParentRoute, path: "/unmatched", component: UnmatchedPage }),
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
