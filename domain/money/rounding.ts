import { assert } from "#domain/assert";

/** `numerator / denominator`, rounded half away from zero: 2.5 → 3 and −2.5 → −3, so a credit mirrors its charge exactly. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, `divideRounded needs a positive denominator, got ${denominator}`);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}
