import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { advanceClock } from "#sdk/client";
import { clockQuery } from "../api/queries";
import { api } from "../api/session";
import { Loaded, PageHeader, Panel, ProblemNotice } from "../components/page";

/** What time it is here; a sandbox's clock is moved, and everything due on the way happens. */
export function ClockPage() {
  const clock = useQuery(clockQuery);
  const client = useQueryClient();
  const [to, setTo] = useState("");
  const [reached, setReached] = useState<string | null>(null);
  const advance = useMutation({
    mutationFn: () => advanceClock(api(), `${to}T00:00:00Z`, setReached),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <>
      <PageHeader title="Clock" />
      <Panel title="Now">
        <Loaded query={clock}>
          {({ kind, now }) => (
            <div className="p-3 text-sm sm:p-5">
              <p className="mb-4 font-mono">{now}</p>
              {kind === "live" ? (
                <p className="text-muted">A live environment follows the wall clock.</p>
              ) : (
                <form
                  className="flex flex-wrap items-end gap-3"
                  onSubmit={(event) => {
                    event.preventDefault();
                    setReached(null);
                    advance.mutate();
                  }}
                >
                  <label className="block text-sm">
                    Advance to (UTC midnight)
                    <input
                      type="date"
                      required
                      value={to}
                      min={now.slice(0, 10)}
                      onChange={(event) => setTo(event.target.value)}
                      className="mt-1 block rounded-lg border border-line bg-panel px-3 py-1.5"
                    />
                  </label>
                  <button
                    type="submit"
                    disabled={advance.isPending}
                    className="rounded-lg bg-accent px-3 py-2 text-sm font-semibold text-panel disabled:opacity-50"
                  >
                    {advance.isPending ? "Advancing …" : "Advance"}
                  </button>
                  {reached === null ? null : <output className="self-center text-muted">stands at {reached}</output>}
                </form>
              )}
              {advance.isError ? <ProblemNotice error={advance.error} /> : null}
            </div>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
