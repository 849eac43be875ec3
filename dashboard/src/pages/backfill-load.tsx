import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Backfill, type EventResults, loadEvents } from "../api/backfills";
import { eventFileParts, type EventFilePart } from "../api/event-file";
import { Button } from "../components/button";
import { Field } from "../components/field";
import { Panel, ProblemNotice } from "../components/page";
import { QuantityText } from "../components/quantity-text";

const PROBLEMS_SHOWN = 20;

type Told = { readonly place: number; readonly text: string };
type Sums = { readonly accepted: number; readonly duplicates: number; readonly refused: number; readonly told: readonly Told[] };

const NOTHING: Sums = { accepted: 0, duplicates: 0, refused: 0, told: [] };

/** Loads a file of events, part by part. A file that is loaded again is recognised event by event. */
export function LoadEventsPanel({ backfill }: { readonly backfill: Backfill }) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [sums, setSums] = useState<Sums | null>(null);
  const load = useMutation({
    mutationFn: async (chosen: File) => {
      let reached = NOTHING;
      setSums(reached);
      for (const part of eventFileParts(chosen.name, await chosen.text())) {
        reached = added(reached, part, await loadEvents(backfill.id, part.text, part.type));
        setSums(reached);
      }
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["backfill", backfill.id] }),
        client.invalidateQueries({ queryKey: ["backfill-customers", backfill.id] }),
      ]),
  });
  return (
    <Panel title="Load events">
      <form
        className="flex flex-wrap items-start gap-3 p-3 sm:p-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== null) load.mutate(file);
        }}
      >
        <div className="min-w-0 flex-1 basis-64">
          <Field label="File" hint="NDJSON (an event a line) or JSON (a list). Loading the same file again changes nothing.">
            {(control) => (
              <input
                {...control}
                type="file"
                accept=".ndjson,.jsonl,.json,application/json,application/x-ndjson"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" tone="primary" className="sm:mt-6" disabled={file === null || load.isPending}>
          {load.isPending ? "Loading …" : "Load"}
        </Button>
      </form>
      {load.isError ? <ProblemNotice error={load.error} /> : null}
      {sums === null ? null : (
        <output className="block border-t border-line px-3 py-3 text-sm sm:px-5">
          <QuantityText value={String(sums.accepted)} /> loaded, <QuantityText value={String(sums.duplicates)} /> were there already,{" "}
          <span className={sums.refused > 0 ? "text-bad" : ""}>
            <QuantityText value={String(sums.refused)} /> refused
          </span>
          <ul className="mt-1 text-xs text-bad">
            {sums.told.map(({ place, text }) => (
              <li key={place}>
                Event {place}: {text}
              </li>
            ))}
            {sums.refused > sums.told.length ? <li>and {sums.refused - sums.told.length} more</li> : null}
          </ul>
        </output>
      )}
    </Panel>
  );
}

function added(sums: Sums, part: EventFilePart, { accepted, duplicates, results }: EventResults): Sums {
  const bad = results.filter(({ status }) => status !== "accepted" && status !== "duplicate");
  const told = bad.map(({ index, status, path, code, detail }) => ({
    place: part.first + index + 1,
    text: `${path ?? ""} ${detail ?? status} (${code ?? status})`.trim(),
  }));
  return {
    accepted: sums.accepted + accepted,
    duplicates: sums.duplicates + duplicates,
    refused: sums.refused + bad.length,
    told: [...sums.told, ...told].slice(0, PROBLEMS_SHOWN),
  };
}
