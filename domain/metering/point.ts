import type { Sample } from "#domain/metering/measurement";
import { compare, decimal, decimalText } from "#domain/money/decimal";

/** A value from an instant on. */
export type Point = Pick<Sample, "at" | "order" | "value">;

/** By instant, then by arrival; the value decides last, so that any order of the same samples ends alike. */
export function orderOfPoints(a: Point, b: Point): number {
  return a.at - b.at || a.order - b.order || compare(a.value, b.value);
}

export function encodePoint({ at, order, value }: Point): string {
  return `${at} ${order} ${decimalText(value)}`;
}

export function decodePoint(text: string): Point {
  const [at = "", order = "", value = ""] = text.split(" ");
  return { at: Number(at), order: Number(order), value: decimal(value) };
}
