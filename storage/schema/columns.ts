import { customType, text } from "drizzle-orm/sqlite-core";
import { assert } from "#domain/assert";
import type { Id, IdKind } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import type { Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";

/**
 * Column types that check what passes them, both ways. D1 binds every JS number as REAL and reads integers above 2^53
 * rounded, so what cannot be exact must never get this far.
 */
export const amount = customType<{ data: bigint; driverData: number }>({
  dataType: () => "integer",
  toDriver: (value) => safeInteger(Number(value), value),
  fromDriver: (value) => BigInt(safeInteger(value, value)),
});

/** Epoch milliseconds. */
export const instant = customType<{ data: Instant; driverData: number }>({
  dataType: () => "integer",
  toDriver: (value) => safeInteger(value, value),
  fromDriver: (value) => safeInteger(value, value),
});

export const count = instant;

export const id = <Kind extends IdKind>(name: string, _kind: Kind) => text(name).$type<Id<Kind>>();
export const currency = (name: string) => text(name).$type<Currency>();
export const zone = (name: string) => text(name).$type<Zone>();

/** Structured values whose decimals are text already; a bigint in here is a bug and JSON.stringify throws. */
export const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();

function safeInteger(value: number, from: unknown): number {
  assert(Number.isSafeInteger(value), `not a safe integer: ${String(from)}`);
  return value;
}
