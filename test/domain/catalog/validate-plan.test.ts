import { describe, expect, test } from "vitest";
import type { Entitlement, Feature } from "#domain/catalog/feature";
import type { Price } from "#domain/catalog/price";
import { type KnownCatalog, type PlanTerms, validatePlan } from "#domain/catalog/validate-plan";
import { flat, graduated, idOf, JPY, packages, perUnit, seat, usage, USD } from "#test/domain/support/plans";

const features: readonly Feature[] = [
  { id: idOf("feature", "feat_sso"), key: "sso", name: "Single sign-on", type: "boolean" },
  { id: idOf("feature", "feat_region"), key: "region", name: "Region", type: "static" },
  { id: idOf("feature", "feat_calls"), key: "calls", name: "Calls", type: "metered", meter: "calls" },
];
const known: KnownCatalog = {
  products: new Set(["app"]),
  meters: new Set(["calls"]),
  features: new Map(features.map((feature) => [feature.key, feature])),
};

/** The problems of a plan as `path code`, in the order they are told. */
function problemsOf(prices: readonly Price[], entitlements: readonly Entitlement[] = [], currency: PlanTerms["currency"] = USD): string[] {
  const result = validatePlan({ currency, prices, entitlements }, known);
  return result.ok ? [] : (result.error.errors ?? []).map(({ path, code }) => `${path} ${code}`);
}

const base = flat("base", "99.00");

test("a plan with every kind of price and entitlement is taken", () => {
  const prices = [
    base,
    seat("seats", perUnit("10.005")),
    usage("calls", graduated(["10", "1", "0.5"], ["20", "0.5"], [null, "0.1"]), "100"),
  ];
  const entitlements: Entitlement[] = [
    { feature: "sso", type: "boolean", value: true },
    { feature: "region", type: "static", value: "eu" },
    { feature: "calls", type: "metered", limit: "1000", reset: "billing_period", soft: false },
  ];
  expect(problemsOf(prices, entitlements)).toEqual([]);
});

test("a plan without a price is refused", () => {
  expect(problemsOf([])).toEqual(["/prices required"]);
});

test("a plan with more than 100 prices is refused", () => {
  expect(problemsOf(Array.from({ length: 101 }, (_, index) => flat(`fee-${index}`, "1")))).toEqual(["/prices too_many"]);
});

describe("a price is refused where", () => {
  test.each([
    ["its key is used twice", [base, flat("base", "1")], "/prices/1/key duplicate_key"],
    ["its product is unknown", [{ ...base, product: "nothing" }], "/prices/0/product unknown_product"],
    ["its meter is unknown", [usage("tokens", perUnit("1"))], "/prices/0/meter unknown_meter"],
    ["it includes less than nothing", [usage("calls", perUnit("1"), "-1")], "/prices/0/included negative"],
    ["its flat amount is negative", [flat("base", "-1")], "/prices/0/model/amount negative"],
    ["its flat amount is finer than the currency", [flat("base", "9.999")], "/prices/0/model/amount too_precise"],
    ["its unit amount is negative", [seat("seats", perUnit("-0.01"))], "/prices/0/model/unit_amount negative"],
    ["its package holds nothing", [usage("calls", packages("0", "1"))], "/prices/0/model/size not_positive"],
    ["its package holds less than nothing", [usage("calls", packages("-5", "1"))], "/prices/0/model/size not_positive"],
    ["its package amount is negative", [usage("calls", packages("5", "-1"))], "/prices/0/model/amount negative"],
  ])("%s", (_title, prices, expected) => {
    expect(problemsOf(prices)).toEqual([expected]);
  });

  test("a yen amount has decimals", () => {
    expect(problemsOf([flat("base", "9.5")], [], JPY)).toEqual(["/prices/0/model/amount too_precise"]);
  });
});

describe("tiers are refused where", () => {
  test.each([
    ["there are none", graduated(), "/prices/0/model/tiers required"],
    [
      "there are more than 100",
      graduated(...Array.from({ length: 100 }, (_, index) => [String(index + 1), "1"] as const), [null, "1"]),
      "/prices/0/model/tiers too_many",
    ],
    ["the last is not open", graduated(["10", "1"], ["20", "1"]), "/prices/0/model/tiers/1/up_to last_tier_not_open"],
    ["one before the last is open", graduated([null, "1"], [null, "1"]), "/prices/0/model/tiers/0/up_to open_tier_not_last"],
    ["two end at the same quantity", graduated(["10", "1"], ["10", "1"], [null, "1"]), "/prices/0/model/tiers/1/up_to tiers_out_of_order"],
    ["one ends below the one before", graduated(["10", "1"], ["5", "1"], [null, "1"]), "/prices/0/model/tiers/1/up_to tiers_out_of_order"],
    ["the first holds nothing", graduated(["0", "1"], [null, "1"]), "/prices/0/model/tiers/0/up_to tiers_out_of_order"],
    ["a unit amount is negative", graduated(["10", "-1"], [null, "1"]), "/prices/0/model/tiers/0/unit_amount negative"],
    ["a flat amount is negative", graduated(["10", "1"], [null, "1", "-3"]), "/prices/0/model/tiers/1/flat_amount negative"],
  ])("%s", (_title, model, expected) => {
    expect(problemsOf([usage("calls", model)])).toEqual([expected]);
  });

  test("exactly 100 are taken", () => {
    expect(
      problemsOf([usage("calls", graduated(...Array.from({ length: 99 }, (_, index) => [String(index + 1), "1"] as const), [null, "1"]))]),
    ).toEqual([]);
  });
});

describe("an entitlement is refused where", () => {
  const granted: Entitlement = { feature: "sso", type: "boolean", value: true };
  test.each<[string, Entitlement[], string]>([
    ["its feature is unknown", [{ feature: "magic", type: "boolean", value: true }], "/entitlements/0/feature unknown_feature"],
    ["its feature is granted twice", [granted, granted], "/entitlements/1/feature duplicate_feature"],
    ["a metered feature gets a value", [{ feature: "calls", type: "boolean", value: true }], "/entitlements/0 wrong_feature_type"],
    [
      "a boolean feature gets a limit",
      [{ feature: "sso", type: "metered", limit: "1", reset: "never", soft: false }],
      "/entitlements/0 wrong_feature_type",
    ],
    [
      "its limit is negative",
      [{ feature: "calls", type: "metered", limit: "-1", reset: "never", soft: false }],
      "/entitlements/0/limit negative",
    ],
  ])("%s", (_title, entitlements, expected) => {
    expect(problemsOf([base], entitlements)).toEqual([expected]);
  });

  test("no limit at all is unlimited, and a limit of nothing is a limit", () => {
    expect(problemsOf([base], [{ feature: "calls", type: "metered", limit: null, reset: "never", soft: false }])).toEqual([]);
    expect(problemsOf([base], [{ feature: "calls", type: "metered", limit: "0", reset: "never", soft: true }])).toEqual([]);
  });
});

test("all problems are told at once, each at its place", () => {
  const prices = [{ ...flat("base", "-1.005"), product: "nothing" }, usage("base", graduated(["10", "-1"], ["10", "1"]), "-5", "tokens")];
  expect(problemsOf(prices, [{ feature: "magic", type: "boolean", value: true }])).toEqual([
    "/prices/1/key duplicate_key",
    "/prices/0/product unknown_product",
    "/prices/0/model/amount negative",
    "/prices/0/model/amount too_precise",
    "/prices/1/meter unknown_meter",
    "/prices/1/included negative",
    "/prices/1/model/tiers/0/unit_amount negative",
    "/prices/1/model/tiers/1/up_to last_tier_not_open",
    "/entitlements/0/feature unknown_feature",
  ]);
});
