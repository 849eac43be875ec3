import { describe, expect, it } from "vitest";
import type { Filter } from "#domain/catalog/meter";
import { matches } from "#domain/metering/filter";
import type { JsonValue } from "#domain/metering/usage-event";
import { at } from "#test/domain/metering/given";
import fc from "#test/domain/support/fast-check";

type Rule = Filter extends infer F ? (F extends Filter ? Omit<F, "property"> : never) : never;

function holds(rule: Rule, value?: JsonValue): boolean {
  return matches([{ property: "p", ...rule }], value === undefined ? {} : { p: value });
}

describe("a filter", () => {
  it.each<[Rule, JsonValue, boolean]>([
    [{ operator: "=", value: "eu" }, "eu", true],
    [{ operator: "=", value: "eu" }, "EU", false],
    [{ operator: "=", value: 1.1 }, 1.1, true],
    [{ operator: "=", value: 1.1 }, "1.10", true],
    [{ operator: "=", value: 1 }, "1.0", true],
    [{ operator: "=", value: "1.0" }, 1, false],
    [{ operator: "=", value: "1" }, 1, true],
    [{ operator: "=", value: 1e21 }, "1000000000000000000000", true],
    [{ operator: "=", value: "12345678901234567890" }, "12345678901234567890", true],
    [{ operator: "=", value: true }, true, true],
    [{ operator: "=", value: true }, "true", true],
    [{ operator: "=", value: 1 }, true, false],
    [{ operator: "=", value: 1 }, "one", false],
    [{ operator: "!=", value: 1 }, "1.00", false],
    [{ operator: "!=", value: 1 }, "one", true],
    [{ operator: "!=", value: "eu" }, ["eu"], true],
    [{ operator: "in", values: ["eu", 2] }, "2.0", true],
    [{ operator: "in", values: ["eu", 2] }, "us", false],
    [{ operator: "in", values: ["eu", 2] }, { eu: 2 }, false],
    [{ operator: "not_in", values: ["eu", 2] }, "us", true],
    [{ operator: "not_in", values: ["eu", 2] }, 2, false],
    [{ operator: "<", value: 10 }, 9, true],
    [{ operator: "<", value: 10 }, "9", true],
    [{ operator: "<", value: 10 }, 10, false],
    [{ operator: "<=", value: 10 }, "10.0", true],
    [{ operator: ">", value: "9007199254740992" }, "9007199254740993", true],
    [{ operator: ">", value: 0.1 }, "0.10000000000000000001", true],
    [{ operator: ">=", value: 10 }, 1e300, true],
    [{ operator: ">=", value: -1 }, -1, true],
    [{ operator: ">=", value: 10 }, "many", false],
    [{ operator: "<", value: 10 }, true, false],
    [{ operator: "prefix", value: "gpt-" }, "gpt-4", true],
    [{ operator: "prefix", value: "gpt-" }, "a gpt-4", false],
    [{ operator: "prefix", value: "40" }, 404, true],
    [{ operator: "prefix", value: "" }, [], false],
    [{ operator: "exists", value: true }, "", true],
    [{ operator: "exists", value: true }, {}, true],
    [{ operator: "exists", value: false }, 0, false],
  ])("%j of %j: %s", (rule, value, expected) => {
    expect(holds(rule, value)).toBe(expected);
  });

  it.each<[Rule, boolean]>([
    [{ operator: "=", value: "null" }, false],
    [{ operator: "!=", value: "a" }, true],
    [{ operator: "in", values: ["a"] }, false],
    [{ operator: "not_in", values: ["a"] }, true],
    [{ operator: "<", value: 1 }, false],
    [{ operator: ">=", value: -1 }, false],
    [{ operator: "prefix", value: "" }, false],
    [{ operator: "exists", value: true }, false],
    [{ operator: "exists", value: false }, true],
  ])("%j of nothing at all, or of null: %s", (rule, expected) => {
    expect(holds(rule)).toBe(expected);
    expect(holds(rule, null)).toBe(expected);
  });

  it("reads nested properties, and all filters must hold", () => {
    const filters: Filter[] = [
      { property: "model.family", operator: "=", value: "large" },
      { property: "tokens", operator: ">", value: 0 },
    ];

    expect(matches(filters, { model: { family: "large" }, tokens: 1 })).toBe(true);
    expect(matches(filters, { model: { family: "large" }, tokens: 0 })).toBe(false);
    expect(matches(filters, { model: "large", tokens: 1 })).toBe(false);
    expect(matches([], {})).toBe(true);
  });

  it("does not care whether a number came as a number or as a text", () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 });
    const operators = fc.constantFrom("=" as const, "!=" as const, "<" as const, "<=" as const, ">" as const, ">=" as const);
    const plain = (value: number): boolean => !/e/.test(String(value));
    fc.assert(
      fc.property(numbers.filter(plain), numbers.filter(plain), operators, (value, operand, operator) => {
        expect(holds({ operator, value: operand }, String(value === 0 ? 0 : value))).toBe(holds({ operator, value: operand }, value));
      }),
      {
        examples: [
          [0.1, 0.1, "="],
          [0.30000000000000004, 0.3, ">"],
          [at("2026-01-01T00:00:00Z"), 1, "<"],
        ],
      },
    );
  });
});
