import { describe, expect, test } from "vitest";
import { add, compare, decimal, decimalText, subtract, ZERO } from "#domain/money/decimal";
import { rateUsage } from "#domain/pricing/rate-usage";
import { decimals, quantities, quantityModels } from "#test/domain/support/arbitraries";
import fc from "#test/domain/support/fast-check";
import { graduated, packages, perUnit, usage } from "#test/domain/support/plans";

describe("included units come off before the model", () => {
  const calls = usage("api_calls", packages("100", "0.10"), "250");
  test.each([
    ["within what is included", "250", "0"],
    ["the first unit beyond starts a package", "251", "0.1"],
    ["a full package beyond", "350", "0.1"],
    ["750 beyond are 8 packages", "1000", "0.8"],
  ])("%s", (_title, quantity, amount) => {
    expect(decimalText(rateUsage(calls, ZERO, decimal(quantity)).amount)).toBe(amount);
  });
});

describe("one billing period rated in parts", () => {
  test("the included units are given once", () => {
    const price = usage("calls", perUnit("1"), "100");
    expect(decimalText(rateUsage(price, decimal("80"), decimal("50")).amount)).toBe("30");
    expect(decimalText(rateUsage(price, decimal("130"), decimal("10")).amount)).toBe("10");
  });

  test("a package begun in one part is not charged again in the next", () => {
    const price = usage("calls", packages("100", "5"));
    expect(decimalText(rateUsage(price, decimal("130"), decimal("70")).amount)).toBe("0");
    expect(decimalText(rateUsage(price, decimal("130"), decimal("271")).amount)).toBe("15");
  });

  test("the new price rates from where the old one stopped", () => {
    const price = usage("calls", graduated(["100", "0"], [null, "2"]));
    expect(decimalText(rateUsage(price, decimal("90"), decimal("20")).amount)).toBe("20");
  });

  test("the steps show what the earlier part took", () => {
    expect(rateUsage(usage("calls", perUnit("1"), "100"), decimal("130"), decimal("10")).steps).toEqual([
      { label: "included", quantity: "100", unitAmount: "0", amount: "0" },
      { label: "per unit", quantity: "40", unitAmount: "1", amount: "40" },
      { label: "less the first 130 of the period", quantity: "-130", unitAmount: "", amount: "-30" },
    ]);
  });
});

const included = decimals(0n, 2_000_000n, 3);

describe("whatever the price", () => {
  test("split anywhere, the parts cost what the whole costs", () => {
    fc.assert(
      fc.property(quantityModels, included, fc.array(quantities, { minLength: 1, maxLength: 6 }), (model, free, parts) => {
        const price = usage("meter", model, decimalText(free));
        let before = ZERO;
        let sum = ZERO;
        for (const part of parts) {
          sum = add(sum, rateUsage(price, before, part).amount);
          before = add(before, part);
        }
        expect(sum).toEqual(rateUsage(price, ZERO, before).amount);
      }),
    );
  });

  test("the steps sum to the amount, and no usage takes money back", () => {
    fc.assert(
      fc.property(quantityModels, included, quantities, quantities, (model, free, before, quantity) => {
        const { amount, steps } = rateUsage(usage("meter", model, decimalText(free)), before, quantity);
        expect(steps.reduce((sum, step) => add(sum, decimal(step.amount)), ZERO)).toEqual(amount);
        expect(compare(amount, ZERO)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("more included units never cost more", () => {
    fc.assert(
      fc.property(quantityModels, included, included, quantities, (model, free, more, quantity) => {
        const less = rateUsage(usage("meter", model, decimalText(add(free, more))), ZERO, quantity).amount;
        expect(
          compare(subtract(rateUsage(usage("meter", model, decimalText(free)), ZERO, quantity).amount, less), ZERO),
        ).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
