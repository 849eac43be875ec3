import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Backfill, backfillCustomersQuery, backfillPreviewQuery, backfillQuery, walkBackfill } from "../api/backfills";
import { BillEffects } from "../components/bill-effects";
import { Button } from "../components/button";
import { Confirm } from "../components/confirm";
import { DataTable } from "../components/data-table";
import { Empty, LoadedPage, PageHeader, Panel, ProblemNotice } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { StatusBadge } from "../components/status-badge";
import { InstantText } from "../components/time-text";
import { LoadEventsPanel } from "./backfill-load";

/** One backfill: what was loaded, what closing it would change, and the way back. */
export function BackfillPage() {
  const { backfill: id } = useParams({ from: "/backfills/$backfill" });
  const backfill = useQuery(backfillQuery(id));
  return (
    <LoadedPage title="Backfill" query={backfill}>
      {(found) => (
        <>
          <BackfillHeader backfill={found} />
          <Counts backfill={found} />
          {found.status === "open" ? <LoadEventsPanel backfill={found} /> : null}
          <Customers backfill={found} />
        </>
      )}
    </LoadedPage>
  );
}

function BackfillHeader({ backfill }: { readonly backfill: Backfill }) {
  const [asking, setAsking] = useState<"close" | "revert" | null>(null);
  const { status, mode, from, to, event_types, customers, counts } = backfill;
  const canClose = status === "open" || status === "closing";
  const canRevert = status === "closed" || status === "reverting" || status === "open";
  const close = (): void => setAsking(null);
  return (
    <>
      <PageHeader
        title="Backfill"
        detail={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <StatusBadge status={status} />
            <span>
              <InstantText at={from} /> – <InstantText at={to} /> UTC
            </span>
            <span>{mode === "add" ? "adds to" : "replaces"} what was counted</span>
            <span>{event_types?.join(", ") ?? "every type"}</span>
            <span>{customers?.join(", ") ?? "every customer"}</span>
          </span>
        }
        actions={
          <>
            {canClose ? (
              <Button tone="primary" disabled={counts.loaded === 0 && mode === "add"} onClick={() => setAsking("close")}>
                Preview and close
              </Button>
            ) : null}
            {canRevert ? <Button onClick={() => setAsking("revert")}>{status === "open" ? "Discard" : "Revert"}</Button> : null}
          </>
        }
      />
      {asking === "close" ? <CloseQuestion backfill={backfill} onClose={close} /> : null}
      {asking === "revert" ? <RevertQuestion backfill={backfill} onClose={close} /> : null}
    </>
  );
}

function useWalk(verb: "close" | "revert", backfill: string, onDone: () => void) {
  const client = useQueryClient();
  const [reached, setReached] = useState<Backfill | null>(null);
  const walk = useMutation({
    mutationFn: () => walkBackfill(verb, backfill, setReached),
    onSuccess: onDone,
    // A preview of what has just been done would be refused.
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "backfill-preview" }),
  });
  return { walk, reached };
}

function CloseQuestion({ backfill, onClose }: { readonly backfill: Backfill; readonly onClose: () => void }) {
  const preview = useInfiniteQuery(backfillPreviewQuery(backfill.id));
  const { walk, reached } = useWalk("close", backfill.id, onClose);
  const customers = preview.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Confirm
      title="Put this backfill in force?"
      action="Put in force"
      ready={preview.isSuccess}
      pending={walk.isPending}
      error={walk.error}
      onConfirm={() => walk.mutate()}
      onClose={onClose}
    >
      {preview.isPending ? <p className="text-muted">Working out what changes …</p> : null}
      {preview.isError ? <ProblemNotice error={preview.error} /> : null}
      {preview.isSuccess && customers.length === 0 ? <p>Nothing changes: no events are loaded and none would be replaced.</p> : null}
      {customers.map(({ customer, added, superseded, code, detail, effects }) => (
        <section key={customer} className="mb-4">
          <h3 className="mb-1 flex flex-wrap justify-between gap-x-4 font-medium">
            <span>{customer}</span>
            <span className="text-xs text-muted">
              <QuantityText value={String(added)} /> added, <QuantityText value={String(superseded)} /> replaced
            </span>
          </h3>
          {code === null ? <BillEffects effects={effects} zone="UTC" /> : <p className="text-bad">{`${detail ?? ""} (${code})`}</p>}
        </section>
      ))}
      {preview.hasNextPage ? (
        <Button disabled={preview.isFetchingNextPage} onClick={() => void preview.fetchNextPage()}>
          More customers
        </Button>
      ) : null}
      {reached === null ? null : <Progress reached={reached} />}
    </Confirm>
  );
}

function RevertQuestion({ backfill, onClose }: { readonly backfill: Backfill; readonly onClose: () => void }) {
  const { walk, reached } = useWalk("revert", backfill.id, onClose);
  const open = backfill.status === "open";
  return (
    <Confirm
      title={open ? "Discard this backfill?" : "Take this backfill back?"}
      action={open ? "Discard" : "Take back"}
      tone="danger"
      pending={walk.isPending}
      error={walk.error}
      onConfirm={() => walk.mutate()}
      onClose={onClose}
    >
      <p>
        {open
          ? "What was loaded never counts. It cannot be opened again."
          : "Counters and bills become as if it had never been: what it added goes, what it replaced counts again. Where an invoice has issued it already, the next one carries the difference."}
      </p>
      {reached === null ? null : <Progress reached={reached} />}
    </Confirm>
  );
}

function Progress({ reached: { status, counts } }: { readonly reached: Backfill }) {
  return (
    <output className="mt-3 block text-muted">
      {status}: <QuantityText value={String(counts.added)} /> added, <QuantityText value={String(counts.superseded)} /> replaced so far
    </output>
  );
}

function Counts({ backfill: { counts } }: { readonly backfill: Backfill }) {
  const shown = [
    ["Customers", counts.customers],
    ["Loaded", counts.loaded],
    ["Added", counts.added],
    ["Replaced", counts.superseded],
    ["Customers refused", counts.refused],
  ] as const;
  return (
    <dl className="mb-8 grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-5">
      {shown.map(([term, count]) => (
        <div key={term} className="bg-panel px-3 py-3 text-right sm:px-5">
          <dt className="text-xs text-muted">{term}</dt>
          <dd className="text-xl font-semibold">
            <QuantityText value={String(count)} />
          </dd>
        </div>
      ))}
      <div className="bg-panel sm:hidden" />
    </dl>
  );
}

function Customers({ backfill: { id, status } }: { readonly backfill: Backfill }) {
  const customers = useInfiniteQuery(backfillCustomersQuery(id));
  const rows = customers.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Panel title="Customer by customer">
      {customers.isError ? <ProblemNotice error={customers.error} /> : null}
      {customers.isSuccess && rows.length === 0 ? (
        <Empty>{status === "open" ? "Nothing is loaded yet. Choose a file above." : "No customer was touched."}</Empty>
      ) : (
        <DataTable
          rows={rows}
          rowKey={({ customer }) => customer}
          columns={[
            {
              title: "Customer",
              cell: ({ customer, code, detail }) => (
                <>
                  <Link
                    to="/customers/$customer"
                    params={{ customer }}
                    className="inline-block min-w-24 text-accent wrap-anywhere hover:underline"
                  >
                    {customer}
                  </Link>
                  {code === null ? null : <div className="text-xs text-bad">{`${detail ?? ""} (${code})`}</div>}
                </>
              ),
            },
            { title: "State", cell: ({ state }) => <StatusBadge status={state} /> },
            { title: "Loaded", right: true, cell: ({ loaded }) => <QuantityText value={String(loaded)} /> },
            { title: "Added", right: true, wide: true, cell: ({ added }) => <QuantityText value={String(added)} /> },
            { title: "Replaced", right: true, wide: true, cell: ({ superseded }) => <QuantityText value={String(superseded)} /> },
          ]}
        />
      )}
      {customers.hasNextPage ? (
        <Button className="m-3" disabled={customers.isFetchingNextPage} onClick={() => void customers.fetchNextPage()}>
          More customers
        </Button>
      ) : null}
    </Panel>
  );
}
