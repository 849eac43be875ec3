import { Link } from "@tanstack/react-router";
import type { Customer } from "#sdk/client";
import { PageHeader } from "../components/page";

/** Who it is, and the ways into what is known of it. */
export function CustomerHeader({ customer }: { readonly customer: Customer }) {
  const { key, name, email, currency, time_zone } = customer;
  const style = "border-b-2 border-transparent px-3 py-2 whitespace-nowrap text-muted hover:text-ink";
  const active = { className: "border-accent! text-ink font-medium" };
  const exact = { exact: true, includeSearch: false };
  return (
    <>
      <PageHeader title={name} detail={[key, email, currency, time_zone].filter(Boolean).join(" · ")} />
      <nav aria-label="Customer" className="mb-6 flex overflow-x-auto border-b border-line text-sm">
        <Link to="/customers/$customer" params={{ customer: key }} className={style} activeProps={active} activeOptions={exact}>
          Overview
        </Link>
        <Link to="/customers/$customer/subjects" params={{ customer: key }} search={{}} className={style} activeProps={active}>
          Subjects
        </Link>
        <Link to="/customers/$customer/archives" params={{ customer: key }} className={style} activeProps={active}>
          Usage archives
        </Link>
        <Link to="/events" search={{ customer: key }} className={style}>
          Events
        </Link>
      </nav>
    </>
  );
}
