import type { Decimal } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";

/**
 * Names one combination of a meter's dimension values: a JSON object with the names of the dimensions, so that it means the
 * same when those change; "" where there are none.
 */
export type Group = string;

/**
 * What one event says to one meter. `value` is 1 for a count; `text` is what `unique_count` tells apart (equal numbers have
 * equal texts) and "" for every other kind. `order` is the place of arrival in the ledger: of two samples of one instant the
 * later arrival stands.
 */
export type Sample = { readonly value: Decimal; readonly text: string; readonly at: Instant; readonly order: number };

export type Measurement = { readonly group: Group; readonly value: Decimal; readonly text: string };
