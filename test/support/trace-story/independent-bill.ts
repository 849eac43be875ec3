import type { TraceRow } from "#test/support/trace-story/trace";

/** What one customer owes for the month, in cents, worked out here with plain integers and none of the product's code. */
export type IndependentBill = {
  readonly calls: bigint;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly cents: { readonly base: bigint; readonly api_calls: bigint; readonly input_tokens: bigint; readonly output_tokens: bigint };
};

export function independentBill(rows: readonly TraceRow[]): IndependentBill {
  const calls = BigInt(rows.length);
  const inputTokens = rows.reduce((sum, row) => sum + BigInt(row.contextTokens), 0n);
  const outputTokens = rows.reduce((sum, row) => sum + BigInt(row.generatedTokens), 0n);

  // 250 calls included, then ten cents for each hundred that was begun.
  const billableCalls = calls > 250n ? calls - 250n : 0n;
  const packages = (billableCalls + 99n) / 100n;

  // Input tokens, in ten-millionths of a dollar each: 0 up to 200,000; 25 up to 1,200,000; 20 beyond.
  const secondTier = between(inputTokens, 200_000n, 1_200_000n);
  const thirdTier = inputTokens > 1_200_000n ? inputTokens - 1_200_000n : 0n;
  const inputTenMillionths = secondTier * 25n + thirdTier * 20n;

  // Output tokens, in hundred-thousandths of a dollar each: 0 up to 10,000; 1 beyond.
  const outputHundredThousandths = outputTokens > 10_000n ? outputTokens - 10_000n : 0n;

  return {
    calls,
    inputTokens,
    outputTokens,
    cents: {
      base: 9_900n,
      api_calls: packages * 10n,
      input_tokens: nearest(inputTenMillionths, 100_000n),
      output_tokens: nearest(outputHundredThousandths, 1_000n),
    },
  };
}

function between(value: bigint, low: bigint, high: bigint): bigint {
  if (value <= low) return 0n;
  return (value < high ? value : high) - low;
}

/** To the nearest whole, a half upwards. All values here are positive. */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  return (numerator % denominator) * 2n >= denominator ? whole + 1n : whole;
}
