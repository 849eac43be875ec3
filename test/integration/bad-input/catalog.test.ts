import { beforeAll, describe, expect, it } from "vitest";
import { call, expectProblem, made } from "#test/support/http";
import { expectRefusals, invalidField, type Refusal } from "#test/support/expect-refusals";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { expectNothingChanged } from "#test/support/stored-state";

let world: World;

beforeAll(async () => {
  ({ home: world } = await prepareWorlds());
});

type Price = Record<string, unknown>;
const flat = (change: Price = {}): Price => ({
  key: "base",
  product: world.shared.product.key,
  name: "Base",
  kind: "flat",
  model: { type: "flat", amount: "10.00" },
  ...change,
});
const usage = (model: object, change: Price = {}): Price => flat({ kind: "usage", meter: world.shared.meter.key, model, ...change });
const plan = (change: object = {}): object => ({
  key: "bad",
  name: "Bad",
  currency: "USD",
  interval: "month",
  prices: [flat()],
  ...change,
});
const priced = (...prices: Price[]): object => plan({ prices });
const invalidPlan = (body: object, path: string, fieldCode: string): Refusal => ({
  body,
  status: 422,
  code: "invalid_plan",
  path,
  fieldCode,
});

const toPlans = { path: "/v1/plans" };
const graduated = (...tiers: object[]): object => ({ type: "graduated", tiers });

describe("a plan is refused", () => {
  it("without prices", async () => {
    await expectRefusals(world, toPlans, [
      invalidPlan(priced(), "/prices", "required"),
      invalidField(plan({ prices: undefined }), "/prices", "required"),
      invalidField(plan({ prices: null }), "/prices", "wrong_type"),
      invalidPlan(priced(...Array.from({ length: 101 }, (_, index) => flat({ key: `p${index}` }))), "/prices", "too_many"),
    ]);
  });

  it("with tiers that are out of order, open in the middle, closed at the end, none or too many", async () => {
    const tiers = (...upTo: (string | null)[]): object => priced(usage(graduated(...upTo.map((up_to) => ({ up_to, unit_amount: "1" })))));
    const at = (place: string): string => `/prices/0/model/tiers${place}`;
    await expectRefusals(world, toPlans, [
      invalidPlan(tiers("10", "5", null), at("/1/up_to"), "tiers_out_of_order"),
      invalidPlan(tiers("10", "10", null), at("/1/up_to"), "tiers_out_of_order"),
      invalidPlan(tiers("0", null), at("/0/up_to"), "tiers_out_of_order"),
      invalidPlan(tiers("-5", null), at("/0/up_to"), "tiers_out_of_order"),
      invalidPlan(tiers("10", null, null), at("/1/up_to"), "open_tier_not_last"),
      invalidPlan(tiers("10", "20"), at("/1/up_to"), "last_tier_not_open"),
      invalidPlan(tiers(), at(""), "required"),
      invalidPlan(tiers(...Array.from({ length: 100 }, (_, index) => String(index + 1)), null), at(""), "too_many"),
      invalidField(priced(usage(graduated({ unit_amount: "1" }))), at("/0/up_to"), "required"),
      invalidField(priced(usage(graduated({ up_to: null, unit_amunt: "1" }))), at("/0/unit_amunt"), "unknown_field"),
    ]);
  });

  it("in a currency that is not one", async () => {
    const currencies = ["usd", "US$", "BTC", "XYZ", "", "USDX", "__proto__", "toString"];
    await expectRefusals(world, toPlans, [
      ...currencies.map((currency) => invalidField(plan({ currency }), "/currency", "unknown_currency")),
      invalidField(plan({ currency: 840 }), "/currency", "wrong_type"),
    ]);
  });

  it("with an amount finer than its currency", async () => {
    const amounts = [
      ["JPY", "100.5"],
      ["KWD", "1.2345"],
      ["USD", "0.001"],
    ] as const;
    await expectRefusals(
      world,
      toPlans,
      amounts.map(([currency, amount]) =>
        invalidPlan({ ...priced(flat({ model: { type: "flat", amount } })), currency }, "/prices/0/model/amount", "too_precise"),
      ),
    );
  });

  it("with a number that is not plain, not exact or out of range", async () => {
    const text = (value: string): string => JSON.stringify(priced(usage({ type: "per_unit", unit_amount: "@" }))).replace('"@"', value);
    const at = "/prices/0/model/unit_amount";
    const badly = [
      '"1e3"',
      '"NaN"',
      '"-inf"',
      '"0x10"',
      '"1_000"',
      '"1,000.50"',
      '" 5 "',
      '"5\\n"',
      '""',
      '"٣"',
      '"５"',
      '"+5"',
      '"05"',
      '".5"',
      '"5."',
    ];
    await expectRefusals(world, toPlans, [
      ...badly.map((value) => invalidField(text(value), at, "invalid_decimal")),
      ...["1.1234567890123", '"0.0000000000001"'].map((value) => invalidField(text(value), at, "too_precise")),
      ...["1".repeat(39), `"${"1".repeat(39)}"`, `"${"9".repeat(5_000)}"`].map((value) => invalidField(text(value), at, "out_of_range")),
      // A JSON number is what it says, exponent or not, as far as anybody would write it out.
      ...["1e38", "1e-400"].map((value) => invalidField(text(value), at, "out_of_range")),
      invalidField(text("1e-13"), at, "too_precise"),
      ...["1e400", "1e99999"].map((value) => invalidField(text(value), at, "invalid_decimal")),
      ...["true", "null", "[]", "{}"].map((value) => invalidField(text(value), at, "wrong_type")),
      invalidPlan(JSON.parse(text('"-0.01"')) as object, at, "negative"),
      ...["NaN", "+5", "05", ".5", "5."].map((value): Refusal => ({ body: text(value), status: 400, code: "invalid_json" })),
    ]);
  });

  it("that names what is not in the catalog, or sells what does not fit", async () => {
    const entitled = (...entitlements: object[]): object => plan({ entitlements });
    const { metered, boolean } = world.shared;
    await expectRefusals(world, toPlans, [
      invalidPlan(priced(flat({ product: "none" })), "/prices/0/product", "unknown_product"),
      invalidPlan(priced(usage({ type: "per_unit", unit_amount: "1" }, { meter: "none" })), "/prices/0/meter", "unknown_meter"),
      invalidPlan(priced(flat(), flat()), "/prices/1/key", "duplicate_key"),
      invalidPlan(priced(usage({ type: "package", size: "0", amount: "1" })), "/prices/0/model/size", "not_positive"),
      invalidPlan(priced(usage({ type: "per_unit", unit_amount: "1" }, { included: "-1" })), "/prices/0/included", "negative"),
      invalidField(priced(flat({ meter: world.shared.meter.key })), "/prices/0/meter", "unknown_field"),
      invalidField(priced(flat({ included: "5" })), "/prices/0/included", "unknown_field"),
      invalidField(priced(usage({ type: "flat", amount: "1" })), "/prices/0/model", "invalid_value"),
      invalidField(priced(usage({ type: "per_unit", unit_amount: "1" }, { meter: undefined })), "/prices/0/meter", "required"),
      invalidField(priced(flat({ model: { type: "volume" } })), "/prices/0/model/type", "invalid_value"),
      invalidField(
        priced(flat({ model: { type: "flat", amount: "1", unit_amount: "1" } })),
        "/prices/0/model/unit_amount",
        "unknown_field",
      ),
      invalidPlan(entitled({ feature: "none", value: true }), "/entitlements/0/feature", "unknown_feature"),
      invalidPlan(entitled({ feature: metered.key, value: true }), "/entitlements/0", "wrong_feature_type"),
      invalidPlan(entitled({ feature: metered.key, limit: "-1" }), "/entitlements/0/limit", "negative"),
      invalidPlan(
        entitled({ feature: boolean.key, value: true }, { feature: boolean.key, value: false }),
        "/entitlements/1/feature",
        "duplicate_feature",
      ),
      invalidField(entitled({ feature: boolean.key, value: true, limit: "1" }), "/entitlements/0", "invalid_value"),
      invalidField(plan({ interval: "fortnight" }), "/interval", "invalid_value"),
      invalidField(plan({ interval: { unit: "month", count: 0 } }), "/interval/count", "out_of_range"),
      invalidField(plan({ interval: { unit: "month", count: 1.5 } }), "/interval/count", "wrong_type"),
      invalidField(plan({ id: "plan_1" }), "/id", "unknown_field"),
      invalidField(plan({ status: "published" }), "/status", "unknown_field"),
    ]);
  });
});

describe("a number in a price", () => {
  it.each([
    ["9007199254740993", "9007199254740993"],
    ["1e3", "1000"],
    ["0.000000000001", "0.000000000001"],
    ["-0", "0"],
    ["1.10", "1.1"],
  ])("%s is kept as exactly %s", async (text, exact) => {
    const body = JSON.stringify({ ...priced(usage({ type: "per_unit", unit_amount: "@" })), key: world.fresh() }).replace('"@"', text);
    const answer = await call({ method: "POST", ...toPlans, key: world.adminKey, body });

    expect(answer.json).toMatchObject({ prices: [{ model: { unit_amount: exact } }] });
  });
});

describe("publishing", () => {
  it("twice is a conflict that changes nothing", async () => {
    const { key } = await world.draftPlan();
    await made(world.adminKey, `/v1/plans/${key}/publish`);
    await expectRefusals(world, { path: `/v1/plans/${key}/publish` }, [{ status: 409, code: "already_published", path: "" }]);
  });

  it("twice at once publishes once", async () => {
    const { key } = await world.draftPlan();
    const publish = () => call({ method: "POST", path: `/v1/plans/${key}/publish`, key: world.adminKey });
    const statuses = (await Promise.all([publish(), publish(), publish()])).map(({ status }) => status);

    expect(statuses.sort((a, b) => a - b)).toEqual([200, 409, 409]);
  });
});

describe("a key or a name", () => {
  const badKeys = ["", " ", "a b", "-a", "ключ", "a/b", "../a", "a\u0000", "a\n", "a".repeat(129)];
  const badNames = ["\u0000", "a\u0000b", "a\nb", "\ud800", "\u007f"];

  it("with characters or a length that it cannot have is refused", async () => {
    await expectRefusals(world, { path: "/v1/products" }, [
      ...badKeys.map((key) => invalidField({ key, name: "A" }, "/key", "invalid_format")),
      ...badNames.map((name) => invalidField({ key: "a", name }, "/name", "invalid_value")),
      ...["", "   ", "x".repeat(201)].map((name) => invalidField({ key: "a", name }, "/name", "out_of_range")),
    ]);
  });

  it("of any script, or of a word with a meaning elsewhere, is a name like any other", async () => {
    for (const [key, name] of [
      ["constructor", "<script>alert(1)</script>"],
      ["toString", "'; drop table product;--"],
      ["hasOwnProperty", "=HYPERLINK(1)"],
      ["key.with_@-all", "日本語 👩‍👩‍👧 {{7*7}}"],
    ]) {
      expect(await made(world.adminKey, "/v1/products", { key, name })).toMatchObject({ key, name });
      expect((await call({ path: `/v1/products?limit=100`, key: world.adminKey })).json).toMatchObject({
        data: expect.arrayContaining([expect.objectContaining({ key, name })]),
      });
    }
  });

  it("that is taken is a conflict that changes nothing, for every kind of object", async () => {
    const { product, meter, metered, plan: published, customer } = world.shared;
    const taken: Refusal = { status: 409, code: "key_taken" };
    await expectRefusals(world, { path: "/v1/products" }, [{ ...taken, body: { key: product.key, name: "A" } }]);
    const counted = { name: "A", event_type: "a", aggregation: "count" };
    await expectRefusals(world, { path: "/v1/meters" }, [{ ...taken, body: { ...counted, key: meter.key } }]);
    await expectRefusals(world, { path: "/v1/features" }, [{ ...taken, body: { key: metered.key, name: "A", type: "boolean" } }]);
    await expectRefusals(world, toPlans, [{ ...taken, body: plan({ key: published.key }) }]);
    await expectRefusals(world, { path: "/v1/customers" }, [{ ...taken, body: { key: customer.key, name: "A" } }]);
    await expectRefusals(world, { path: "/v1/environments" }, [{ ...taken, body: { kind: "sandbox", key: "home", name: "A" } }]);
  });
});

describe("a meter or a feature", () => {
  it("without what its kind needs, or with what it has no use for, is refused", async () => {
    const meter = { key: "m", name: "M", event_type: "m" };
    await expectRefusals(world, { path: "/v1/meters" }, [
      invalidField({ ...meter, aggregation: "sum" }, "/value_property", "required"),
      invalidField({ ...meter, aggregation: "count", value_property: "x" }, "/value_property", "unknown_field"),
      invalidField({ ...meter, aggregation: "guess" }, "/aggregation", "invalid_value"),
      invalidField({ ...meter, aggregation: "count", event_type: "" }, "/event_type", "out_of_range"),
      invalidField({ key: "m", name: "M", aggregation: "count" }, "/event_type", "required"),
    ]);
    await expectRefusals(world, { path: "/v1/features" }, [
      invalidField({ key: "f", name: "F", type: "metered" }, "/meter", "required"),
      invalidField({ key: "f", name: "F", type: "boolean", meter: world.shared.meter.key }, "/meter", "unknown_field"),
      invalidField({ key: "f", name: "F", type: "magic" }, "/type", "invalid_value"),
      { body: { key: "f", name: "F", type: "metered", meter: "none" }, status: 422, code: "unknown_meter", path: "/meter" },
    ]);
  });
});

describe("a list", () => {
  it("of less than one, more than a hundred or half a thing is refused", async () => {
    await expectNothingChanged([], async () => {
      for (const [limit, fieldCode] of [
        ["0", "out_of_range"],
        ["-1", "out_of_range"],
        ["101", "out_of_range"],
        ["1e9", "wrong_type"],
        ["1.5", "wrong_type"],
        ["abc", "wrong_type"],
        ["", "wrong_type"],
      ]) {
        const answer = await call({ path: `/v1/products?limit=${limit}`, key: world.adminKey });
        expectProblem(answer, { status: 422, code: "invalid_request", path: "/limit", fieldCode: String(fieldCode) });
      }
    });
  });

  it("from a cursor that is none is refused; from another list's it shows no more than this list has", async () => {
    for (const cursor of ["%", "*", "a", "ü", "_".repeat(1_001)]) {
      const answer = await call({ path: `/v1/products?cursor=${encodeURIComponent(cursor)}`, key: world.adminKey });
      expect([cursor, answer.status]).toEqual([cursor, 422]);
      expectProblem(answer, { status: 422, code: "invalid_request" });
    }
    const { data } = (await call({ path: `/v1/products?cursor=${btoa("zzz")}`, key: world.adminKey })).json as { data: unknown[] };
    expect(data).toEqual([]);
  });
});
