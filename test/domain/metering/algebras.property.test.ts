import { describe, expect, it } from "vitest";
import type { Aggregation } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { algebraOf, type Total } from "#domain/metering/algebra-of";
import type { Sample } from "#domain/metering/measurement";
import { decimal, decimalText } from "#domain/money/decimal";
import { UTC } from "#domain/time/zone";
import { MAY, property as value } from "#test/domain/metering/given";
import fc from "#test/domain/support/fast-check";

const HOUR = 3_600_000;
const READING: Reading = { window: { start: MAY, end: MAY + 24 * HOUR }, until: MAY + 20 * HOUR };

/** Values in hundredths, so that the test computes in whole numbers. */
type Given = { readonly hundredths: bigint; readonly text: string; readonly at: number; readonly order: number };

function asSample({ hundredths, text, at, order }: Given): Sample {
  return { value: decimal(hundredthsText(hundredths, 100n)), text, at, order };
}

/** `dividend / divisor` to twelve places, half away from zero, by the text of a long division. */
function hundredthsText(dividend: bigint, divisor: bigint): string {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const [unit, twice] = [10n ** 12n, 2n * divisor];
  const rounded = (2n * magnitude * unit + divisor) / twice;
  const text = `${rounded / unit}.${String(rounded % unit).padStart(12, "0")}`.replace(/\.?0+$/, "");
  return dividend < 0n && text !== "0" ? `-${text}` : text;
}

const givens: fc.Arbitrary<Given[]> = fc
  .array(
    fc.record({
      hundredths: fc.bigInt(-500n, 500n),
      text: fc.constantFrom("a", "b", "c", "é", ""),
      // Few instants, so that many samples share one.
      at: fc.oneof(
        fc.integer({ min: 0, max: 23 }).map((hour) => MAY + hour * HOUR),
        fc.integer({ min: MAY, max: MAY + 24 * HOUR - 1 }),
      ),
    }),
    { maxLength: 30 },
  )
  .map((samples) => samples.map((sample, order) => ({ ...sample, order })));

type Case = { readonly name: string; readonly aggregation: Aggregation; readonly naive: (given: readonly Given[]) => string | null };

const sumOf = (given: readonly Given[]): bigint => given.reduce((sum, { hundredths }) => sum + hundredths, 0n);
const sorted = (numbers: readonly bigint[]): bigint[] => [...numbers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const inOrder = (given: readonly Given[]): Given[] => [...given].sort((a, b) => a.at - b.at || a.order - b.order);
const textOf = (hundredths: bigint | undefined): string | null => (hundredths === undefined ? null : hundredthsText(hundredths, 100n));
/** Twelve places of a hundredth are 14: averages are compared in these. */
const averageOf = (given: readonly Given[]): string => hundredthsText(sumOf(given), 100n * BigInt(given.length));

function buckets(given: readonly Given[], hours: number): Map<number, Given[]> {
  return Map.groupBy(given, ({ at }) => Math.floor((at - MAY) / (hours * HOUR)));
}

function levelHours(given: readonly Given[]): bigint {
  const points = inOrder(given);
  return points.reduce((area, { hundredths, at }, index) => {
    const from = Math.min(at, READING.until);
    const to = Math.min(points[index + 1]?.at ?? Infinity, READING.until);
    return area + hundredths * BigInt(to - from);
  }, 0n);
}

/** Exactly where it ends, else twelve places: the reduced divisor has only twos and fives where it ends. */
function exactly(dividend: bigint, divisor: bigint): string {
  for (let places = 0; places <= 40; places += 1) {
    const unit = 10n ** BigInt(places);
    if ((dividend * unit) % divisor !== 0n) continue;
    const whole = ((dividend < 0n ? -dividend : dividend) * unit) / divisor;
    const digits = String(whole).padStart(places + 1, "0");
    const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    return dividend < 0n ? `-${text}` : text;
  }
  return hundredthsText(dividend, divisor);
}

const cases: readonly Case[] = [
  { name: "count", aggregation: { type: "count" }, naive: (given) => String(given.length) },
  { name: "sum", aggregation: { type: "sum", value }, naive: (given) => hundredthsText(sumOf(given), 100n) },
  { name: "min", aggregation: { type: "min", value }, naive: (given) => textOf(sorted(given.map(({ hundredths }) => hundredths))[0]) },
  { name: "max", aggregation: { type: "max", value }, naive: (given) => textOf(sorted(given.map(({ hundredths }) => hundredths)).at(-1)) },
  { name: "avg", aggregation: { type: "avg", value }, naive: (given) => (given.length === 0 ? null : averageOf(given)) },
  { name: "latest", aggregation: { type: "latest", value }, naive: (given) => textOf(inOrder(given).at(-1)?.hundredths) },
  {
    name: "unique_count",
    aggregation: { type: "unique_count", value },
    naive: (given) => String(new Set(given.map(({ text }) => text)).size),
  },
  {
    name: "percentile 95",
    aggregation: { type: "percentile", value, percentile: "95" },
    naive: (given) => textOf(sorted(given.map(({ hundredths }) => hundredths))[Math.ceil((95 * given.length) / 100) - 1]),
  },
  {
    name: "percentile 12.5",
    aggregation: { type: "percentile", value, percentile: "12.5" },
    naive: (given) => textOf(sorted(given.map(({ hundredths }) => hundredths))[Math.ceil(given.length / 8) - 1]),
  },
  {
    name: "time_weighted hour",
    aggregation: { type: "time_weighted", value, unit: "hour" },
    naive: (given) => exactly(levelHours(given), 100n * BigInt(HOUR)),
  },
  {
    name: "time_weighted window",
    aggregation: { type: "time_weighted", value, unit: "window" },
    naive: (given) => exactly(levelHours(given), 100n * BigInt(24 * HOUR)),
  },
  {
    name: "bucketed sum, max",
    aggregation: { type: "bucketed", value, inner: "sum", window: { unit: "hour", count: 2 }, outer: { type: "max" } },
    naive: (given) => textOf(sorted([...buckets(given, 2).values()].map(sumOf)).at(-1)),
  },
  {
    name: "bucketed max, sum",
    aggregation: { type: "bucketed", value, inner: "max", window: { unit: "hour", count: 1 }, outer: { type: "sum" } },
    naive: (given) =>
      hundredthsText(
        [...buckets(given, 1).values()].reduce((sum, part) => sum + (sorted(part.map(({ hundredths }) => hundredths)).at(-1) ?? 0n), 0n),
        100n,
      ),
  },
  {
    name: "bucketed sum, percentile 80",
    aggregation: {
      type: "bucketed",
      value,
      inner: "sum",
      window: { unit: "hour", count: 4 },
      outer: { type: "percentile", percentile: "80" },
    },
    naive: (given) => {
      // Five buckets until the reading; the sixth counts only when it has a sample already.
      const filled = buckets(given, 4);
      const all = Array.from({ length: filled.has(5) ? 6 : 5 }, (_, index) => sumOf(filled.get(index) ?? []));
      return textOf(sorted(all)[Math.ceil((80 * all.length) / 100) - 1]);
    },
  },
];

function total(algebra: Algebra<Total>, given: readonly Given[]): Total {
  return given.reduce((soFar, one) => algebra.add(soFar, asSample(one)), algebra.empty);
}

function read(algebra: Algebra<Total>, state: Total): string | null {
  const result = algebra.value(state, READING);
  return result === null ? null : decimalText(result);
}

describe.each(cases)("the algebra of $name", ({ aggregation, naive }) => {
  const algebra = algebraOf(aggregation, UTC);
  const valueOf = (given: readonly Given[]): string | null => read(algebra, total(algebra, given));

  it("gives what plain counting gives, in any order", () => {
    const shuffled = givens.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));
    fc.assert(
      fc.property(shuffled, ([given, arrived]) => {
        expect(valueOf(arrived)).toBe(naive(given));
      }),
    );
  });

  it("joins two totals into the total of both", () => {
    fc.assert(
      fc.property(givens, fc.infiniteStream(fc.boolean()), (given, sides) => {
        const { left = [], right = [] } = Object.groupBy(given, () => (sides.next().value === true ? "left" : "right"));
        expect(algebra.merge).not.toBeNull();
        expect(algebra.merge && read(algebra, algebra.merge(total(algebra, left), total(algebra, right)))).toBe(naive(given));
      }),
    );
  });

  it("takes a sample out exactly, also of a joined total, or says that it cannot", () => {
    const withOne = givens.filter(({ length }) => length > 0).chain((given) => fc.tuple(fc.constant(given), fc.nat(given.length - 1)));
    fc.assert(
      fc.property(withOne, fc.nat(30), ([given, place], split) => {
        const [gone] = given.slice(place);
        const [left, right] = [total(algebra, given.slice(0, split)), total(algebra, given.slice(split))];
        const whole = algebra.merge?.(left, right) ?? total(algebra, given);
        const rest = algebra.remove(whole, asSample(gone as Given));
        if (rest !== null) expect(read(algebra, rest)).toBe(naive(given.filter((one) => one !== gone)));
      }),
    );
  });

  it("keeps a total as a text without losing anything", () => {
    fc.assert(
      fc.property(givens, givens, (given, later) => {
        const text = algebra.encode(total(algebra, given));
        const kept = algebra.decode(text);
        const more = later.map((one) => ({ ...one, order: one.order + given.length }));
        expect(algebra.encode(kept)).toBe(text);
        expect(
          read(
            algebra,
            more.reduce((soFar, one) => algebra.add(soFar, asSample(one)), kept),
          ),
        ).toBe(naive([...given, ...more]));
      }),
    );
  });

  it("never changes a total in place", () => {
    fc.assert(
      fc.property(givens, givens, (given, later) => {
        const before = total(algebra, given);
        const text = algebra.encode(before);
        later.reduce((soFar, one) => algebra.add(soFar, asSample(one)), before);
        if (given[0] !== undefined) algebra.remove(before, asSample(given[0]));
        expect(algebra.encode(before)).toBe(text);
      }),
    );
  });
});

it("two samples that nothing tells apart but their value end alike in either order", () => {
  for (const type of ["latest", "time_weighted"] as const) {
    const algebra = algebraOf({ type, value, unit: "hour" }, UTC);
    const [one, other] = [1n, 2n].map((hundredths) => ({ hundredths, text: "", at: MAY, order: 0 })) as [Given, Given];

    expect(read(algebra, total(algebra, [one, other]))).toBe(read(algebra, total(algebra, [other, one])));
  }
});

describe("taking a sample out", () => {
  it.each(["count", "sum", "avg", "unique_count", "percentile", "time_weighted"] as const)("never needs a recount of %s", (type) => {
    const aggregation = { type, value, percentile: "95", unit: "hour" } as Aggregation;
    const algebra = algebraOf(aggregation, UTC);
    fc.assert(
      fc.property(
        givens.filter(({ length }) => length > 0),
        (given) => {
          expect(algebra.remove(total(algebra, given), asSample(given[0] as Given))).not.toBeNull();
        },
      ),
    );
  });

  it("needs a recount of a minimum or maximum only when that very value goes", () => {
    for (const [type, extreme, other] of [
      ["min", 1n, 2n],
      ["max", 2n, 1n],
    ] as const) {
      const algebra = algebraOf({ type, value }, UTC);
      const given = [extreme, other].map((hundredths, order) => ({ hundredths, text: "", at: MAY, order }));
      const [gone, kept] = given.map(asSample) as [Sample, Sample];

      expect(algebra.remove(total(algebra, given), gone)).toBeNull();
      expect(algebra.remove(total(algebra, given), kept)).not.toBeNull();
    }
  });
});
