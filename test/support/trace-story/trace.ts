/**
 * Requests to a code-completion model: one row per request with the tokens read and written.
 * Source of the form and of the real figures: Azure Public Dataset, "Azure LLM inference trace 2023" (CC-BY 4.0), from
 * Patel et al., Splitwise: Efficient Generative LLM Inference Using Phase Splitting, ISCA 2024.
 */
export type TraceRow = { readonly time: string; readonly contextTokens: number; readonly generatedTokens: number };

export const ROWS_PER_CUSTOMER = 1_000;

/** Reads the published CSV: `TIMESTAMP,ContextTokens,GeneratedTokens`, times in UTC with seven fraction digits. */
export function parseTrace(csv: string): TraceRow[] {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  return lines.map((line) => {
    const [time = "", context = "", generated = ""] = line.split(",");
    return { time: `${time.replace(" ", "T")}Z`, contextTokens: Number(context), generatedTokens: Number(generated) };
  });
}

/** A made-up trace of the same form, for where the published one is not at hand. The same for ever: a linear congruence. */
export function generatedTrace(rows = 2_819): TraceRow[] {
  let state = 20_231_116;
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const begin = Date.UTC(2023, 10, 16, 18, 17, 3);
  return Array.from({ length: rows }, (_, index) => ({
    time: new Date(begin + index * 380 + next(300)).toISOString(),
    contextTokens: 100 + next(4_000),
    generatedTokens: 5 + next(60),
  }));
}

/** One customer per thousand rows; the last one has the rest. */
export function rowsByCustomer(rows: readonly TraceRow[]): TraceRow[][] {
  const groups: TraceRow[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_CUSTOMER) groups.push(rows.slice(at, at + ROWS_PER_CUSTOMER));
  return groups;
}
