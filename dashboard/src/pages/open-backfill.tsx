import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { dataOf } from "#sdk/client";
import { eventTypesQuery } from "../api/meters";
import { customersQuery } from "../api/queries";
import { api } from "../api/session";
import { Button } from "../components/button";
import { SelectField, TextField } from "../components/field";
import { PageHeader, Panel, ProblemNotice, problemsByPath } from "../components/page";

type Mode = "add" | "replace";

/** Says what a backfill may touch. Nothing counts before it is closed. */
export function OpenBackfillPage() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [types, setTypes] = useState("");
  const [customers, setCustomers] = useState("");
  const [mode, setMode] = useState<Mode>("add");
  const known = useQuery(eventTypesQuery());
  const knownCustomers = useQuery(customersQuery(undefined));
  const navigate = useNavigate();
  const client = useQueryClient();
  const open = useMutation({
    mutationFn: () =>
      dataOf(
        api().POST("/v1/backfills", {
          body: {
            from: `${from}:00Z`,
            to: `${to}:00Z`,
            mode,
            ...(types.trim() === "" ? {} : { event_types: listOf(types) }),
            ...(customers.trim() === "" ? {} : { customers: listOf(customers) }),
          },
        }),
      ),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["backfills"] });
      await navigate({ to: "/backfills/$backfill", params: { backfill: id } });
    },
  });
  const problems = problemsByPath(open.error);
  return (
    <>
      <PageHeader title="Open a backfill" detail="Opening changes nothing yet: load, look at the effects, then close." />
      <Panel title="What it may touch">
        <form
          className="grid gap-4 p-3 sm:p-5 md:grid-cols-2"
          onSubmit={(event) => {
            event.preventDefault();
            open.mutate();
          }}
        >
          <TextField label="From (UTC)" type="datetime-local" required value={from} onChange={setFrom} problem={problems.get("/from")} />
          <TextField
            label="Before (UTC)"
            type="datetime-local"
            required
            value={to}
            onChange={setTo}
            problem={problems.get("/to")}
            hint="Not after now"
          />
          <TextField
            label="Event types"
            placeholder="every type"
            value={types}
            onChange={setTypes}
            suggestions={known.data?.data.map(({ type }) => type) ?? []}
            problem={under(problems, "/event_types")}
            hint="Several with commas"
          />
          <TextField
            label="Customers"
            placeholder="every customer"
            value={customers}
            onChange={setCustomers}
            suggestions={knownCustomers.data?.data.map(({ key }) => key) ?? []}
            problem={under(problems, "/customers")}
            hint="Keys, several with commas"
          />
          <div className="md:col-span-2">
            <SelectField
              label="Mode"
              value={mode}
              onChange={(value) => setMode(value as Mode)}
              options={[
                ["add", "Add to what was counted in the range"],
                ["replace", "Replace what was counted in the range"],
              ]}
            />
          </div>
          {open.isError ? (
            <div className="md:col-span-2">
              <ProblemNotice error={open.error} />
            </div>
          ) : null}
          <div className="flex justify-end md:col-span-2">
            <Button type="submit" tone="primary" disabled={open.isPending}>
              Open
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function under(problems: ReadonlyMap<string, string>, path: string): string | undefined {
  return [...problems].find(([at]) => at === path || at.startsWith(`${path}/`))?.[1];
}
