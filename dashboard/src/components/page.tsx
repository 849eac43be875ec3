import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { TollgateProblem } from "#sdk/client";

export function PageHeader({
  title,
  detail,
  actions,
}: {
  readonly title: ReactNode;
  readonly detail?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {detail === undefined ? null : <div className="mt-1 text-sm text-muted">{detail}</div>}
      </div>
      {actions === undefined ? null : <div className="flex gap-2">{actions}</div>}
    </header>
  );
}

export function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="mb-8 overflow-hidden rounded-xl border border-line bg-panel">
      <h2 className="border-b border-line px-5 py-3 text-sm font-semibold">{title}</h2>
      <div className="overflow-x-auto">{children}</div>
    </section>
  );
}

/** Shows what a query answers, or that it is on its way, or why it failed: never an empty screen. */
export function Loaded<T>({ query, children }: { readonly query: UseQueryResult<T>; readonly children: (data: T) => ReactNode }) {
  if (query.isPending) return <p className="px-5 py-4 text-sm text-muted">Loading …</p>;
  if (query.isError) return <ProblemNotice error={query.error} />;
  return <>{children(query.data)}</>;
}

export function ProblemNotice({ error }: { readonly error: Error }) {
  const detail =
    error instanceof TollgateProblem ? `${error.problem.detail} (${error.problem.code}, ${error.problem.request_id})` : error.message;
  return (
    <p role="alert" className="px-5 py-4 text-sm text-bad">
      {detail}
    </p>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="px-5 py-8 text-center text-sm text-muted">{children}</p>;
}
