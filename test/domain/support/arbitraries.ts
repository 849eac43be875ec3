import fc from "#test/domain/support/fast-check";
import type { QuantityModel } from "#domain/catalog/price";
import { add, type Decimal, decimal, ZERO } from "#domain/money/decimal";
import { addDays, type CalendarDate, calendarDate } from "#domain/time/calendar-date";

/** Decimals of at most `fraction` places, both bounds in units of the last place. */
export function decimals(low: bigint, high: bigint, fraction: number): fc.Arbitrary<Decimal> {
  return fc.bigInt(low, high).map((digits) => scaled(digits, fraction));
}

/** Quantities a meter can show: whole, with three decimals, or with twelve. */
export const quantities: fc.Arbitrary<Decimal> = fc.oneof(
  decimals(0n, 5_000n, 0),
  decimals(0n, 5_000_000n, 3),
  decimals(0n, 10n ** 15n, 12),
);

const amounts = decimals(0n, 1_000_000n, 6);
const steps = decimals(1n, 1_000_000n, 3);

/** Every price model over a quantity; tiers rise strictly and the last is open. */
export const quantityModels: fc.Arbitrary<QuantityModel> = fc.oneof(
  amounts.map((unitAmount): QuantityModel => ({ type: "per_unit", unitAmount })),
  fc.record({ size: steps, amount: amounts }).map(({ size, amount }): QuantityModel => ({ type: "package", size, amount })),
  fc
    .record({
      widths: fc.array(fc.record({ width: steps, unitAmount: amounts, flatAmount: amounts }), { maxLength: 5 }),
      last: fc.record({ unitAmount: amounts, flatAmount: amounts }),
    })
    .map(({ widths, last }): QuantityModel => {
      let upTo = ZERO;
      const closed = widths.map(({ width, unitAmount, flatAmount }) => {
        upTo = add(upTo, width);
        return { upTo, unitAmount, flatAmount };
      });
      return { type: "graduated", tiers: [...closed, { upTo: null, ...last }] };
    }),
);

/** Days between 2000 and 2120. */
export const dates: fc.Arbitrary<CalendarDate> = fc
  .integer({ min: 0, max: 43_800 })
  .map((days) => addDays(calendarDate("2000-01-01"), days));

function scaled(digits: bigint, fraction: number): Decimal {
  const text = (digits < 0n ? -digits : digits).toString().padStart(fraction + 1, "0");
  const sign = digits < 0n ? "-" : "";
  return decimal(fraction === 0 ? sign + text : `${sign}${text.slice(0, -fraction)}.${text.slice(-fraction)}`);
}
