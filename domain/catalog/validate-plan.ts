import type { Entitlement, Feature } from "#domain/catalog/feature";
import type { Price, Tier } from "#domain/catalog/price";
import { type Currency, currencyExponent } from "#domain/money/currency";
import { compare, type Decimal, decimal, isNegative, ZERO } from "#domain/money/decimal";
import { type FieldProblem, ok, refuse, type Result } from "#domain/result";

export type PlanTerms = { readonly currency: Currency; readonly prices: readonly Price[]; readonly entitlements: readonly Entitlement[] };

/** What the environment's catalog has, by key. */
export type KnownCatalog = {
  readonly products: ReadonlySet<string>;
  readonly meters: ReadonlySet<string>;
  readonly features: ReadonlyMap<string, Feature>;
};

const MOST_TIERS = 100;
const MOST_PRICES = 100;

/** Checks the terms of a plan as a whole. Every problem is listed, with its place in the wire form. */
export function validatePlan(terms: PlanTerms, known: KnownCatalog): Result<PlanTerms, "invalid_plan"> {
  const problems = [
    ...pricesProblems(terms.prices),
    ...terms.prices.flatMap((price, index) => priceProblems(price, `/prices/${index}`, terms.currency, known)),
    ...terms.entitlements.flatMap((entitlement, index) =>
      entitlementProblems(entitlement, `/entitlements/${index}`, terms.entitlements.slice(0, index), known),
    ),
  ];
  const [first] = problems;
  return first === undefined ? ok(terms) : refuse("invalid_plan", first.message, problems);
}

function problem(path: string, code: string, message: string): FieldProblem[] {
  return [{ path, code, message }];
}

function pricesProblems(prices: readonly Price[]): FieldProblem[] {
  if (prices.length === 0) return problem("/prices", "required", "A plan has at least one price.");
  if (prices.length > MOST_PRICES) return problem("/prices", "too_many", `A plan has at most ${MOST_PRICES} prices.`);
  return prices.flatMap((price, index) =>
    prices.findIndex(({ key }) => key === price.key) < index
      ? problem(`/prices/${index}/key`, "duplicate_key", `Another price has the key ${price.key}.`)
      : [],
  );
}

function priceProblems(price: Price, path: string, currency: Currency, known: KnownCatalog): FieldProblem[] {
  const product = known.products.has(price.product)
    ? []
    : problem(`${path}/product`, "unknown_product", `There is no product ${price.product}.`);
  const meter =
    price.kind === "usage" && !known.meters.has(price.meter)
      ? problem(`${path}/meter`, "unknown_meter", `There is no meter ${price.meter}.`)
      : [];
  const included = price.kind === "usage" ? negativeProblems(price.included, `${path}/included`) : [];
  return [...product, ...meter, ...included, ...modelProblems(price, `${path}/model`, currency)];
}

function modelProblems({ model }: Price, path: string, currency: Currency): FieldProblem[] {
  switch (model.type) {
    case "flat":
      return [
        ...negativeProblems(model.amount, `${path}/amount`),
        ...(model.amount.scale > currencyExponent(currency)
          ? problem(`${path}/amount`, "too_precise", `${currency} has ${currencyExponent(currency)} decimals.`)
          : []),
      ];
    case "per_unit":
      return negativeProblems(model.unitAmount, `${path}/unit_amount`);
    case "package":
      return [
        ...(compare(model.size, ZERO) <= 0 ? problem(`${path}/size`, "not_positive", "A package holds more than nothing.") : []),
        ...negativeProblems(model.amount, `${path}/amount`),
      ];
    case "graduated":
      return tierProblems(model.tiers, `${path}/tiers`);
  }
}

function tierProblems(tiers: readonly Tier[], path: string): FieldProblem[] {
  if (tiers.length === 0) return problem(path, "required", "There is at least one tier.");
  if (tiers.length > MOST_TIERS) return problem(path, "too_many", `There are at most ${MOST_TIERS} tiers.`);
  return tiers.flatMap((tier, index) => {
    const at = `${path}/${index}`;
    const last = index === tiers.length - 1;
    const before = tiers[index - 1]?.upTo ?? ZERO;
    const order =
      tier.upTo === null
        ? last
          ? []
          : problem(`${at}/up_to`, "open_tier_not_last", "Only the last tier is open.")
        : last
          ? problem(`${at}/up_to`, "last_tier_not_open", "The last tier is open: its up_to is null.")
          : compare(tier.upTo, before) <= 0
            ? problem(`${at}/up_to`, "tiers_out_of_order", "Each tier ends above the one before it.")
            : [];
    return [...order, ...negativeProblems(tier.unitAmount, `${at}/unit_amount`), ...negativeProblems(tier.flatAmount, `${at}/flat_amount`)];
  });
}

function negativeProblems(value: Decimal, path: string): FieldProblem[] {
  return isNegative(value) ? problem(path, "negative", "This cannot be negative.") : [];
}

function entitlementProblems(entitlement: Entitlement, path: string, before: readonly Entitlement[], known: KnownCatalog): FieldProblem[] {
  const feature = known.features.get(entitlement.feature);
  if (feature === undefined) return problem(`${path}/feature`, "unknown_feature", `There is no feature ${entitlement.feature}.`);
  if (before.some((other) => other.feature === entitlement.feature))
    return problem(`${path}/feature`, "duplicate_feature", "A plan grants a feature once.");
  if (feature.type !== entitlement.type)
    return problem(
      path,
      "wrong_feature_type",
      `Feature ${feature.key} is ${feature.type}; ${feature.type === "metered" ? "it takes a limit" : "it takes a value of its type"}.`,
    );
  return entitlement.type === "metered" && entitlement.limit !== null ? negativeProblems(decimal(entitlement.limit), `${path}/limit`) : [];
}
