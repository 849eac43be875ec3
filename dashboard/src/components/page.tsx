import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { TollgateProblem } from "#sdk/client";

export function PageHeader({
  title,
  detail,
  actions,
}: {
  readonly title: string;
  readonly detail?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <title>{`${title} · Tollgate`}</title>
      <div className="min-w-0">
        <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
        {detail === undefined ? null : <div className="mt-1 text-sm text-muted wrap-anywhere">{detail}</div>}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}

export function Panel({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="mb-8 overflow-hidden rounded-xl border border-line bg-panel">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2.5 sm:px-5">
        <h2 className="text-sm font-semibold">{title}</h2>
        {actions}
      </div>
      <div className="overflow-x-auto">{children}</div>
    </section>
  );
}

/** Shows what a query answers, or that it is on its way, or why it failed: never an empty screen. */
export function Loaded<T>({ query, children }: { readonly query: UseQueryResult<T>; readonly children: (data: T) => ReactNode }) {
  if (query.isPending)
    return (
      <p role="status" className="px-3 py-4 text-sm text-muted sm:px-5">
        Loading …
      </p>
    );
  if (query.isError) return <ProblemNotice error={query.error} />;
  return <>{children(query.data)}</>;
}

/** A page that is about one object: as long as it is not there, the page still has its name. */
export function LoadedPage<T>({
  title,
  query,
  children,
}: {
  readonly title: string;
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.isSuccess) return <>{children(query.data)}</>;
  return (
    <>
      <PageHeader title={title} />
      <div className="rounded-xl border border-line bg-panel">
        <Loaded query={query}>{() => null}</Loaded>
      </div>
    </>
  );
}

/** What was refused and where in the input, as the API says it. */
export function ProblemNotice({ error }: { readonly error: Error }) {
  const problem = error instanceof TollgateProblem ? error.problem : null;
  const [only, ...others] = problem?.errors ?? [];
  const isSaid = others.length === 0 && only?.message === problem?.detail;
  return (
    <div role="alert" className="px-3 py-4 text-sm text-bad wrap-anywhere sm:px-5">
      {problem === null
        ? error.message
        : `${problem.detail} (${[problem.code, ...(isSaid && only ? [only.path] : []), problem.request_id].join(", ")})`}
      {problem === null || isSaid ? null : (
        <ul className="mt-1 text-xs">
          {problem.errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the API said about each place of the input, by its path. */
export function problemsByPath(error: Error | null): ReadonlyMap<string, string> {
  const errors = error instanceof TollgateProblem ? error.problem.errors : [];
  return new Map(errors.map(({ path, message }) => [path, message]));
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="px-5 py-8 text-center text-sm text-muted">{children}</div>;
}
