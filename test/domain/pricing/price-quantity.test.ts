import { describe, expect, test } from "vitest";
import type { QuantityModel } from "#domain/catalog/price";
import { add, compare, decimal, decimalText, subtract, ZERO } from "#domain/money/decimal";
import { priceQuantity, priceSteps } from "#domain/pricing/price-quantity";
import { quantities, quantityModels } from "#test/domain/support/arbitraries";
import fc from "#test/domain/support/fast-check";
import { graduated, packages, perUnit } from "#test/domain/support/plans";

const price = (model: QuantityModel, quantity: string): string => decimalText(priceQuantity(model, decimal(quantity)));

test.each([
  ["0", "0"],
  ["3", "0.036"],
  ["1234567.5", "14814.81"],
])("per unit at 0.012: %s cost %s", (quantity, amount) => {
  expect(price(perUnit("0.012"), quantity)).toBe(amount);
});

describe("packages are billed once started", () => {
  test.each([
    ["0", "0"],
    ["0.000000000001", "5"],
    ["20", "5"],
    ["20.5", "10"],
    ["40", "10"],
    ["45", "15"],
  ])("%s units in packages of 20 at 5.00 cost %s", (quantity, amount) => {
    expect(price(packages("20", "5.00"), quantity)).toBe(amount);
  });
});

describe("graduated: each part of the quantity at its own tier", () => {
  const model = graduated(["10", "1", "100"], ["20", "0.5", "200"], [null, "0.1", "300"]);
  test.each([
    ["nothing used pays no flat amount", "0", "0"],
    ["the first tier is reached by the smallest quantity", "0.1", "100.1"],
    ["a tier's end belongs to it", "10", "110"],
    ["a fraction beyond it reaches into the next", "10.5", "310.25"],
    ["the second tier's end", "20", "315"],
    ["above it", "30", "616"],
  ])("%s", (_title, quantity, amount) => {
    expect(price(model, quantity)).toBe(amount);
  });

  const input = graduated(["200000", "0"], ["1200000", "0.0000025"], [null, "0.000002"]);
  test.each([
    ["200000", "0"],
    ["200001", "0.0000025"],
    ["1200000", "2.5"],
    ["3456789", "7.013578"],
  ])("%s input tokens cost %s", (quantity, amount) => {
    expect(price(input, quantity)).toBe(amount);
  });
});

describe("the steps shown on a line", () => {
  test("tell a reader each tier's part", () => {
    expect(priceSteps(graduated(["10", "1", "100"], [null, "0.5"]), decimal("12"))).toEqual([
      { label: "first 10 + 100", quantity: "10", unitAmount: "1", amount: "110" },
      { label: "above 10", quantity: "2", unitAmount: "0.5", amount: "1" },
    ]);
  });

  test("of a package tell how many were started", () => {
    expect(priceSteps(packages("100", "0.10"), decimal("750"))).toEqual([
      { label: "packages of 100", quantity: "8", unitAmount: "0.1", amount: "0.8" },
    ]);
  });

  test("sum to the exact amount", () => {
    fc.assert(
      fc.property(quantityModels, quantities, (model, quantity) => {
        const sum = priceSteps(model, quantity).reduce((total, step) => add(total, decimal(step.amount)), ZERO);
        expect(sum).toEqual(priceQuantity(model, quantity));
      }),
    );
  });
});

describe("whatever the model", () => {
  test("nothing costs nothing, and more never costs less", () => {
    fc.assert(
      fc.property(quantityModels, quantities, quantities, (model, quantity, more) => {
        expect(priceQuantity(model, ZERO)).toEqual(ZERO);
        expect(compare(priceQuantity(model, add(quantity, more)), priceQuantity(model, quantity))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("one open tier costs what the same amount per unit costs", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 9n), quantities, (millionths, quantity) => {
        const unitAmount = decimalText({ digits: millionths, scale: 6 });
        expect(priceQuantity(graduated([null, unitAmount]), quantity)).toEqual(priceQuantity(perUnit(unitAmount), quantity));
      }),
    );
  });

  test("a tier cut in two at the same amount costs the same: tiers have no gaps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.bigInt(0n, 10n ** 6n), quantities, (cut, millionths, quantity) => {
        const unitAmount = decimalText({ digits: millionths, scale: 6 });
        const cutInTwo = graduated([String(cut), unitAmount], [null, unitAmount]);
        expect(subtract(priceQuantity(cutInTwo, quantity), priceQuantity(perUnit(unitAmount), quantity))).toEqual(ZERO);
      }),
    );
  });
});
