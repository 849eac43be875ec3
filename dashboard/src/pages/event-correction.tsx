import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { correct, correctionPreviewQuery, type Corrected, type EventTrace } from "../api/events";
import { BillEffects } from "../components/bill-effects";
import { Button } from "../components/button";
import { Confirm } from "../components/confirm";
import { CodeField, TextField } from "../components/field";
import { Loaded } from "../components/page";

type Props = { readonly event: EventTrace; readonly zone: string; readonly onClose: () => void };

/** Refused corrections come as results, one by one; ours is one alone. */
function accepted(answer: Corrected): Corrected {
  const [result] = answer.results;
  if (result?.status === "rejected") throw new Error(`${result.detail ?? "It was refused."} (${result.code ?? "rejected"})`);
  return answer;
}

function useCorrection(onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: { verb: "void" | "amend"; body: string }) => accepted(await correct({ ...given, preview: false })),
    onSuccess: async () => {
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "correction" });
      onDone();
    },
  });
}

function addressOf({ customer, id, source }: EventTrace, reason: string) {
  return { customer, id, source, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) };
}

export function VoidQuestion({ event, zone, onClose }: Props) {
  const [reason, setReason] = useState("");
  const preview = useQuery({ ...correctionPreviewQuery("void", JSON.stringify(addressOf(event, ""))), select: accepted });
  const act = useCorrection(onClose);
  return (
    <Confirm
      title={`Void ${event.id}?`}
      action="Void this event"
      tone="danger"
      ready={preview.isSuccess}
      pending={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ verb: "void", body: JSON.stringify(addressOf(event, reason)) })}
      onClose={onClose}
    >
      <p className="mb-3">It counts no more; its history is kept. This is what changes:</p>
      <Loaded query={preview}>{({ effects }) => <BillEffects effects={effects} zone={zone} />}</Loaded>
      <div className="mt-4">
        <TextField label="Reason (kept in its history)" value={reason} onChange={setReason} />
      </div>
    </Confirm>
  );
}

export function AmendQuestion({ event, zone, onClose }: Props) {
  const [properties, setProperties] = useState(JSON.stringify(event.properties, null, 2));
  const [type, setType] = useState(event.type);
  const [time, setTime] = useState(event.time);
  const [reason, setReason] = useState("");
  const [previewed, setPreviewed] = useState<string | null>(null);
  const body = bodyOf(event, { properties, type, time, reason });
  const about = bodyOf(event, { properties, type, time, reason: "" });
  const preview = useQuery({ ...correctionPreviewQuery("amend", previewed ?? ""), select: accepted, enabled: previewed !== null });
  const act = useCorrection(onClose);
  const isSeen = about !== null && previewed === about;
  return (
    <Confirm
      title={`Amend ${event.id}`}
      action="Amend this event"
      ready={isSeen && preview.isSuccess}
      pending={act.isPending}
      error={act.error}
      onConfirm={() => body !== null && act.mutate({ verb: "amend", body })}
      onClose={onClose}
    >
      <p className="mb-3 text-muted">It counts as if it had been sent like this; its history is kept.</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <CodeField
            label="Properties (replace all)"
            rows={7}
            value={properties}
            onChange={setProperties}
            problem={about === null ? "Not a JSON object yet." : undefined}
          />
        </div>
        <TextField label="Type" value={type} onChange={setType} />
        <TextField label="Time" value={time} onChange={setTime} hint="RFC 3339, with Z or an offset" />
        <div className="sm:col-span-2">
          <TextField label="Reason (kept in its history)" value={reason} onChange={setReason} />
        </div>
      </div>
      <div className="mt-4">
        {isSeen ? (
          <Loaded query={preview}>
            {({ effects, unchanged }) => (unchanged > 0 ? <p>It is like this already.</p> : <BillEffects effects={effects} zone={zone} />)}
          </Loaded>
        ) : (
          <Button disabled={about === null} onClick={() => setPreviewed(about)}>
            Preview what changes
          </Button>
        )}
      </div>
    </Confirm>
  );
}

type Written = { readonly properties: string; readonly type: string; readonly time: string; readonly reason: string };

/** The properties go as they were typed: a number longer than a double stays what it is. Null where they are no JSON object. */
function bodyOf(event: EventTrace, { properties, type, time, reason }: Written): string | null {
  try {
    const read: unknown = JSON.parse(properties);
    if (typeof read !== "object" || read === null || Array.isArray(read)) return null;
  } catch {
    return null;
  }
  const rest = { ...addressOf(event, reason), ...(type === event.type ? {} : { type }), ...(time === event.time ? {} : { time }) };
  return `${JSON.stringify(rest).slice(0, -1)},"properties":${properties}}`;
}
