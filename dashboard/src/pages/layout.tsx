import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { CircleAlert, Clock, FileText, Gauge, History, LogOut, ScrollText, Users } from "lucide-react";
import { useEffect, useRef } from "react";
import { clockQuery } from "../api/queries";
import { signOut } from "../api/session";
import { DayText } from "../components/time-text";

const PLACES = [
  { to: "/customers", text: "Customers", Icon: Users },
  { to: "/invoices", text: "Invoices", Icon: FileText },
  { to: "/meters", text: "Meters", Icon: Gauge },
  { to: "/events", text: "Events", Icon: ScrollText },
  { to: "/unmatched", text: "Unmatched usage", Icon: CircleAlert },
  { to: "/backfills", text: "Backfills", Icon: History },
  { to: "/clock", text: "Clock", Icon: Clock },
] as const;

/** The frame of every screen: where one is, in which environment, and at what time there. */
export function Layout() {
  const clock = useQuery(clockQuery);
  const { pathname } = useLocation();
  const places = useRef<HTMLElement>(null);
  // On a telephone the places stand in one row that scrolls.
  useEffect(() => {
    places.current?.querySelector("[data-status=active]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  return (
    <div className="mx-auto flex max-w-7xl flex-col md:flex-row">
      <aside className="flex shrink-0 flex-col gap-1 px-4 py-5 md:h-screen md:w-60 md:sticky md:top-0">
        <div className="mb-4 flex items-center justify-between px-3">
          <span className="font-semibold tracking-tight">Tollgate</span>
          {clock.data === undefined ? null : (
            <span
              className={`rounded-full px-2 py-0.5 text-xs font-medium ${clock.data.kind === "live" ? "bg-good/15 text-good" : "bg-accent/15 text-accent"}`}
            >
              {clock.data.kind}
            </span>
          )}
        </div>
        <nav
          ref={places}
          aria-label="Main"
          className="-mx-4 flex gap-1 overflow-x-auto px-4 py-1 md:mx-0 md:flex-col md:overflow-visible md:p-0"
        >
          {PLACES.map(({ to, text, Icon }) => (
            <Link
              key={to}
              to={to}
              className="flex shrink-0 items-center gap-2.5 rounded-lg px-3 py-1.5 text-sm hover:bg-line/60"
              activeProps={{ className: "bg-line font-medium" }}
            >
              <Icon size={16} aria-hidden />
              {text}
            </Link>
          ))}
        </nav>
        <div className="mt-auto flex items-center justify-between gap-3 px-3 pt-4 text-xs text-muted md:block">
          {clock.data === undefined ? null : (
            <div className="md:mb-3">
              Now: <DayText at={clock.data.now} />
            </div>
          )}
          <button type="button" onClick={signOut} className="flex items-center gap-2 hover:underline">
            <LogOut size={14} aria-hidden />
            Sign out
          </button>
        </div>
      </aside>
      <main className="min-w-0 flex-1 px-4 py-4 md:px-6 md:py-8">
        <Outlet />
      </main>
    </div>
  );
}
