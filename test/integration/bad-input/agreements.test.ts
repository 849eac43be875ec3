import { beforeAll, describe, expect, it } from "vitest";
import { call, made } from "#test/support/http";
import { expectRefusals, invalidField, type Refusal } from "#test/support/expect-refusals";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { settle } from "#test/support/stored-state";

let world: World;
let liveKey: string;

beforeAll(async () => {
  ({ home: world, liveKey } = await prepareWorlds());
});

const field = (body: unknown, path: string, code: string): Refusal => ({ body, status: 422, code, path });

describe("a customer", () => {
  it("with a zone, currency, address or e-mail that does not exist is refused", async () => {
    const customer = (change: object): object => ({ key: "bad", name: "Bad", ...change });
    await expectRefusals(world, { path: "/v1/customers" }, [
      ...["Mars/Phobos", "", "EST", "+02:00", "utc", "Europe/../Berlin"].map((time_zone) =>
        invalidField(customer({ time_zone }), "/time_zone", "unknown_time_zone"),
      ),
      invalidField(customer({ currency: "EURO" }), "/currency", "unknown_currency"),
      invalidField(customer({ region: "mars" }), "/region", "invalid_value"),
      ...["a", "a@b", "a b@c.d", "a@@b.c", "@b.c"].map((email) => invalidField(customer({ email }), "/email", "invalid_format")),
      invalidField(customer({ email: `${"a".repeat(250)}@b.cd` }), "/email", "out_of_range"),
      ...["gb", "GBR", ""].map((country) =>
        invalidField(customer({ billing_address: { country } }), "/billing_address/country", "invalid_format"),
      ),
      invalidField(customer({ billing_address: { zip: "1" } }), "/billing_address/zip", "unknown_field"),
      invalidField(customer({ billing_address: "Main Street" }), "/billing_address", "wrong_type"),
      invalidField(customer({ contract_version: 9 }), "/contract_version", "unknown_field"),
      invalidField(customer({ environment_id: "env_1" }), "/environment_id", "unknown_field"),
    ]);
  });

  it("made twice at once is made once", async () => {
    const make = () => call({ method: "POST", path: "/v1/customers", key: world.adminKey, body: { key: "at-once", name: "At once" } });
    const statuses = (await Promise.all([make(), make(), make()])).map(({ status }) => status);

    expect(statuses.sort((a, b) => a - b)).toEqual([201, 409, 409]);
  });
});

describe("a subscription is refused", () => {
  const to = { path: "/v1/subscriptions" };
  const subscription = (change: object = {}): object => ({ customer: world.shared.customer.key, plan: world.shared.plan.key, ...change });

  it("to a draft", async () => {
    const { key: plan } = await world.draftPlan();
    await expectRefusals(world, to, [field(subscription({ plan }), "/plan", "plan_not_published")]);
  });

  it("to or for what does not exist, or pays in another currency", async () => {
    const euros = await made<{ key: string }>(world.adminKey, "/v1/customers", { key: "euros", name: "Euros", currency: "EUR" });
    await settle(world.environment);
    await expectRefusals(world, to, [
      field(subscription({ customer: "none" }), "/customer", "unknown_customer"),
      field(subscription({ plan: "none" }), "/plan", "unknown_plan"),
      field(subscription({ customer: euros.key }), "/plan", "currency_mismatch"),
    ]);
  });

  it("at a time without zone, in the year 9999, on a day that is none, or at two starts", async () => {
    await expectRefusals(world, to, [
      invalidField(subscription({ start_at: "2026-03-01T00:00:00" }), "/start_at", "offset_required"),
      invalidField(subscription({ start_at: "9999-01-01T00:00:00Z" }), "/start_at", "out_of_range"),
      invalidField(subscription({ start_at: 1773576000000 }), "/start_at", "wrong_type"),
      ...["2026-02-30", "2026-02-29", "9999-01-01", "0000-01-01", "2026-3-1", "01/02/2026", "2026-03-01T00:00:00Z", ""].map((start_on) =>
        invalidField(subscription({ start_on }), "/start_on", "invalid_date"),
      ),
      invalidField(subscription({ start_on: "2026-03-01", start_at: "2026-03-01T00:00:00Z" }), "/start_at", "invalid_value"),
    ]);
  });

  it("on a day of the month there never is", async () => {
    const anchored = (billing_anchor: object): object => subscription({ billing_anchor });
    await expectRefusals(world, to, [
      ...[0, 32, -1].map((day) => invalidField(anchored({ day }), "/billing_anchor/day", "out_of_range")),
      invalidField(anchored({ day: 1.5 }), "/billing_anchor/day", "wrong_type"),
      invalidField(anchored({ day: "1" }), "/billing_anchor/day", "wrong_type"),
      invalidField(anchored({ month: 13 }), "/billing_anchor/month", "out_of_range"),
      invalidField(anchored({ weekday: 8 }), "/billing_anchor/weekday", "out_of_range"),
      invalidField(anchored({ hour: 1 }), "/billing_anchor/hour", "unknown_field"),
    ]);
  });

  it("with seats that are not whole, not few enough or not in the plan", async () => {
    const seated = (quantities: object): object => subscription({ quantities });
    await expectRefusals(world, to, [
      ...["1.5", "-1", "1000000000000000"].map((seats) => field(seated({ seats }), "/quantities/seats", "invalid_quantity")),
      ...["1e3", "", "many"].map((seats) => invalidField(seated({ seats }), "/quantities/seats", "invalid_decimal")),
      field(seated({ desks: "1" }), "/quantities/desks", "unknown_quantity"),
      field(seated({ "a/b~": "1" }), "/quantities/a~1b~0", "unknown_quantity"),
    ]);
  });
});

describe("a change of a subscription is refused", () => {
  it("when it changes nothing, lies in the future or before its start", async () => {
    const { id } = await world.subscription();
    await expectRefusals(world, { path: `/v1/subscriptions/${id}/change` }, [
      { body: {}, status: 422, code: "nothing_to_change" },
      { body: { plan: world.shared.plan.key }, status: 422, code: "nothing_to_change" },
      field({ quantities: { seats: "2" }, at: "2027-01-01T00:00:00Z" }, "/at", "change_in_future"),
      field({ quantities: { seats: "2" }, at: "2026-01-01T00:00:00Z" }, "/at", "change_out_of_order"),
      field({ plan: (await world.draftPlan()).key }, "/plan", "plan_not_published"),
      invalidField({ effective: "never" }, "/effective", "invalid_value"),
      invalidField({ quantities: { seats: "2" }, at: "2026-03-15T12:00:00" }, "/at", "offset_required"),
    ]);
  });

  it("when it is canceled already", async () => {
    const { id } = await world.subscription();
    await made(world.adminKey, `/v1/subscriptions/${id}/cancel`, {});
    await settle(world.environment);
    await expectRefusals(world, { path: `/v1/subscriptions/${id}/cancel` }, [{ body: {}, status: 409, code: "already_canceled" }]);
  });
});

describe("an invoice", () => {
  it("is not paid as a draft, by more than is due, by nothing or in pieces of a cent", async () => {
    await expectRefusals(world, { path: `/v1/invoices/${await world.draftInvoice()}/pay` }, [
      { body: {}, status: 409, code: "not_payable" },
    ]);
    await expectRefusals(world, { path: `/v1/invoices/${await world.issuedInvoice()}/pay` }, [
      field({ amount: 1_000_000_00 }, "/amount", "overpayment"),
      ...[0, -1].map((amount) => invalidField({ amount }, "/amount", "out_of_range")),
      ...[1.5, "100", null].map((amount) => invalidField({ amount }, "/amount", "wrong_type")),
      invalidField({ amount: 1e300 }, "/amount", "out_of_range"),
      invalidField('{"amount":9007199254740993}', "/amount", "wrong_type"),
      invalidField({ provider: "magic" }, "/provider", "invalid_value"),
    ]);
  });

  it("is not issued twice, and not voided before it is issued", async () => {
    const draft = await world.draftInvoice();
    await expectRefusals(world, { path: `/v1/invoices/${draft}/void` }, [{ status: 409, code: "not_voidable" }]);
    const issued = await world.issuedInvoice();
    await expectRefusals(world, { path: `/v1/invoices/${issued}/issue` }, [{ status: 409, code: "already_issued" }]);
  });
});

describe("a clock", () => {
  const to = { path: "/v1/clock/advance" };

  it("does not go back, not by a second, nor further than ten years, nor to a time that is none", async () => {
    await expectRefusals(world, to, [
      field({ to: "2026-03-15T11:59:59Z" }, "/to", "clock_moves_forward_only"),
      field({ to: "2126-01-01T00:00:00Z" }, "/to", "advance_too_far"),
      invalidField({ to: "2026-04-01T00:00:00" }, "/to", "offset_required"),
      invalidField({ to: "9999-01-01T00:00:00Z" }, "/to", "out_of_range"),
      invalidField({ to: 1777000000000 }, "/to", "wrong_type"),
      invalidField({}, "/to", "required"),
    ]);
  });

  it("of a live environment is not ours to move", async () => {
    await expectRefusals(world, { ...to, headers: { authorization: `Bearer ${liveKey}` } }, [
      { body: { to: "2027-01-01T00:00:00Z" }, status: 422, code: "not_a_sandbox" },
    ]);
  });
});

describe("an API key or an environment", () => {
  it("with scopes there are not, or times that are none, is refused", async () => {
    const key = (change: object): object => ({ name: "K", scopes: ["read"], ...change });
    await expectRefusals(world, { path: "/v1/api-keys" }, [
      invalidField(key({ scopes: [] }), "/scopes", "out_of_range"),
      invalidField(key({ scopes: ["root"] }), "/scopes/0", "invalid_value"),
      invalidField(key({ scopes: "read" }), "/scopes", "wrong_type"),
      invalidField(key({ scopes: ["read", "read"] }), "/scopes", "repeated"),
      invalidField(key({ expires_at: "2027-01-01" }), "/expires_at", "invalid_time"),
      invalidField(key({ key: "tg_test_mine" }), "/key", "unknown_field"),
      invalidField(key({ environment: world.environment }), "/environment", "unknown_field"),
    ]);
    const environment = { kind: "sandbox", key: "e", name: "E" };
    await expectRefusals(world, { path: "/v1/environments" }, [
      invalidField({ ...environment, kind: "live" }, "/kind", "invalid_value"),
      invalidField({ ...environment, clock_at: "9999-01-01T00:00:00Z" }, "/clock_at", "out_of_range"),
      invalidField({ ...environment, clock_at: "2026-01-01T00:00:00" }, "/clock_at", "offset_required"),
      invalidField({ ...environment, organization_id: "org_1" }, "/organization_id", "unknown_field"),
    ]);
  });

  it("that is revoked is not revoked again, and is at once no key any more", async () => {
    const { id, key } = await world.apiKey(["admin"]);
    const revoke = { method: "DELETE", path: `/v1/api-keys/${id}` };
    expect((await call({ ...revoke, key: world.adminKey })).status).toBe(200);

    await expectRefusals(world, revoke, [{ status: 409, code: "already_revoked" }]);
    await expectRefusals(world, { path: "/v1/products", headers: { authorization: `Bearer ${key}` } }, [
      { body: { key: "p", name: "P" }, status: 401, code: "unauthenticated" },
    ]);
  });
});

describe("a check", () => {
  it("of a quantity that is none is refused", async () => {
    const check = (quantity: unknown): object => ({ customer: world.shared.customer.key, feature: world.shared.metered.key, quantity });
    await expectRefusals(world, { path: "/v1/check" }, [
      ...["", "1e3", "many", "0x1"].map((quantity) => invalidField(check(quantity), "/quantity", "invalid_decimal")),
      invalidField(check("1.1234567890123"), "/quantity", "too_precise"),
      invalidField(check("-1"), "/quantity", "negative"),
      invalidField(check(true), "/quantity", "wrong_type"),
      invalidField({ customer: "c" }, "/feature", "required"),
      invalidField({ ...check("1"), customer: "" }, "/customer", "out_of_range"),
    ]);
  });
});

describe("a meter query", () => {
  it("with a range that is none, a window, a zone or a customer there is not is refused", async () => {
    const { meter, customer } = world.shared;
    const query = async (parameters: Record<string, string>): Promise<string[]> => {
      const search = new URLSearchParams({ customer: customer.key, from: "2026-03-01", to: "2026-04-01", ...parameters }).toString();
      const { status, json } = await call({ path: `/v1/meters/${meter.key}/query?${search}`, key: world.adminKey });
      const { errors } = json as { errors: { path: string; code: string }[] };
      return [String(status), ...errors.map(({ path, code }) => `${path} ${code}`)];
    };

    expect(await query({ to: "2026-03-01" })).toEqual(["422", "/to invalid_range"]);
    expect(await query({ to: "2026-02-01" })).toEqual(["422", "/to invalid_range"]);
    expect(await query({ window: "fortnight" })).toEqual(["422", "/window invalid_value"]);
    expect(await query({ time_zone: "Mars/Phobos" })).toEqual(["422", "/time_zone unknown_time_zone"]);
    expect(await query({ customer: "none" })).toEqual(["422", "/customer unknown_customer"]);
    expect(await query({ from: "2026-03-01T00:00:00" })).toEqual(["422", "/from offset_required"]);
    expect(await query({ from: "2026-02-30" })).toEqual(["422", "/from invalid_date"]);
  });

  it("however long its range is and wherever it is cut answers the windows with usage, and no other", async () => {
    const { meter, customer } = world.shared;
    const path = `/v1/meters/${meter.key}/query?customer=${customer.key}&from=2000-01-01T00:00:01Z&to=2199-12-31T23:59:58Z&window=hour`;

    expect((await call({ path, key: world.adminKey })).json).toMatchObject({
      data: [{ start: "2026-03-15T12:00:00Z", end: "2026-03-15T13:00:00Z", value: "3" }],
      next_cursor: null,
    });
  });
});
