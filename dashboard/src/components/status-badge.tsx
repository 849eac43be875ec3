const TONES: Readonly<Record<string, string>> = {
  paid: "bg-good/15 text-good",
  active: "bg-good/15 text-good",
  succeeded: "bg-good/15 text-good",
  issued: "bg-accent/15 text-accent",
  scheduled: "bg-accent/15 text-accent",
  failed: "bg-bad/15 text-bad",
  counted: "bg-good/15 text-good",
  closed: "bg-good/15 text-good",
  restored: "bg-good/15 text-good",
  open: "bg-accent/15 text-accent",
  staged: "bg-accent/15 text-accent",
  closing: "bg-accent/15 text-accent",
  reverting: "bg-accent/15 text-accent",
  unmatched: "bg-bad/15 text-bad",
};

export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <span className={`rounded-full whitespace-nowrap px-2 py-0.5 text-xs font-medium ${TONES[status] ?? "bg-line text-muted"}`}>
      {status}
    </span>
  );
}
