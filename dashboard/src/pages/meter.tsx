import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { dataOf } from "#sdk/client";
import { type Meter, meterQuery, meterUsesQuery } from "../api/meters";
import { api } from "../api/session";
import { Button, buttonClass } from "../components/button";
import { Confirm } from "../components/confirm";
import { DataTable } from "../components/data-table";
import { filterWords, meterWords } from "../components/meter-words";
import { LoadedPage, PageHeader, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { InstantText } from "../components/time-text";
import { MeterUsage } from "./meter-usage";

/** One meter: what it counted, how it reads events, who uses it. */
export function MeterPage() {
  const { meter: key } = useParams({ from: "/meters/$meter" });
  const meter = useQuery(meterQuery(key));
  return (
    <LoadedPage title="Meter" query={meter}>
      {(found) => (
        <>
          <MeterHeader meter={found} />
          <MeterUsage meter={found} />
          <Facts meter={found} />
          <Definitions meter={found} />
        </>
      )}
    </LoadedPage>
  );
}

function MeterHeader({ meter }: { readonly meter: Meter }) {
  const [asking, setAsking] = useState(false);
  const { key, name, archived_at } = meter;
  return (
    <>
      <PageHeader
        title={name}
        detail={
          <>
            {archived_at === null ? null : <StatusBadge status="archived" />} {meterWords(meter)} · <code>{meter.event_type}</code>
            {meter.unit === null ? "" : ` · in ${meter.unit}s`}
          </>
        }
        actions={
          <>
            {archived_at === null ? (
              <Link to="/meters/$meter/edit" params={{ meter: key }} className={buttonClass()}>
                Change
              </Link>
            ) : null}
            <Button onClick={() => setAsking(true)}>{archived_at === null ? "Archive" : "Take back"}</Button>
          </>
        }
      />
      {asking ? <ArchiveQuestion meter={meter} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function ArchiveQuestion({ meter, onClose }: { readonly meter: Meter; readonly onClose: () => void }) {
  const client = useQueryClient();
  const uses = useQuery(meterUsesQuery);
  const archive = meter.archived_at === null;
  const call = (preview: "true" | "false"): Promise<Meter> => {
    const params = { path: { meter: meter.key }, query: { preview } };
    return dataOf(archive ? api().POST("/v1/meters/{meter}/archive", { params }) : api().POST("/v1/meters/{meter}/unarchive", { params }));
  };
  const preview = useQuery({ queryKey: ["archive-preview", meter.key, archive], queryFn: () => call("true"), staleTime: 0, gcTime: 0 });
  const act = useMutation({
    mutationFn: () => call("false"),
    onSuccess: async () => {
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "archive-preview" });
      onClose();
    },
  });
  const users = uses.data?.get(meter.key) ?? [];
  return (
    <Confirm
      title={archive ? `Archive ${meter.name}?` : `Take ${meter.name} back?`}
      action={archive ? "Archive" : "Take back"}
      ready={preview.isSuccess}
      pending={act.isPending}
      error={act.error ?? preview.error}
      onConfirm={() => act.mutate()}
      onClose={onClose}
    >
      {archive ? (
        <>
          <p>From now on it counts nothing. What it has counted stays, and its events are kept.</p>
          {users.length === 0 ? null : (
            <p className="mt-2 text-bad">It is used by {users.join(", ")}: a meter in use cannot be archived.</p>
          )}
        </>
      ) : (
        <p>It counts again, and counts what was kept while it was archived.</p>
      )}
    </Confirm>
  );
}

function Facts({ meter }: { readonly meter: Meter }) {
  const uses = useQuery(meterUsesQuery);
  const { late, display_scale, dimensions, filters } = meter;
  const facts = [
    ["Key", <code key="key">{meter.key}</code>],
    ["Used by", uses.data === undefined ? "…" : (uses.data.get(meter.key)?.join(", ") ?? "no plan and no feature yet")],
    ["Counts only where", filters.length === 0 ? "every event of its type" : filters.map(filterWords).join(" and ")],
    ["Can be grouped by", dimensions.length === 0 ? "nothing" : dimensions.join(", ")],
    ["Late events", late === "correct" ? "correct the bill of their period" : "are refused once their period is issued"],
    ["Decimals shown", display_scale === null ? "all there are" : String(display_scale)],
  ] as const;
  return (
    <Panel title="How it counts">
      <dl className="grid gap-x-8 gap-y-3 p-3 text-sm sm:grid-cols-2 sm:p-5">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt className="text-xs text-muted">{term}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** Past periods are read as they were, for ever. */
function Definitions({ meter }: { readonly meter: Meter }) {
  const first = meter.definitions[0]?.from;
  return (
    <Panel title="Definition history">
      <DataTable
        rows={meter.definitions.toReversed()}
        rowKey={({ from }) => from}
        columns={[
          {
            title: "Events from",
            cell: ({ from }) => (from === first && new Date(from).getUTCFullYear() <= 2000 ? "the beginning" : <InstantText at={from} />),
          },
          { title: "Counts", cell: (definition) => meterWords({ ...meter, ...definition }) },
          { title: "Where", cell: ({ filters }) => (filters.length === 0 ? "all" : filters.map(filterWords).join(" and ")) },
          { title: "Grouped by", wide: true, cell: ({ dimensions }) => (dimensions.length === 0 ? "–" : dimensions.join(", ")) },
        ]}
      />
    </Panel>
  );
}
