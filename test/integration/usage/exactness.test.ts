import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { decimal, decimalText } from "#domain/money/decimal";
import type { CustomerLedger } from "#objects/customer-ledger";
import { newLedgerParts } from "#objects/ledger-parts";
import { queryMeter } from "#objects/meter-query";
import { MemberCell } from "#objects/tally/member-cell";
import type { MeterQueryAnswer, MeterQueryCall } from "#objects/usage-calls";
import { type Api, sandbox, type WireEvent } from "#test/support/api";
import { customer } from "#test/support/catalog";
import { ledgerOf, shuffled } from "#test/support/ledgers";
import { Platform } from "#test/support/platform";
import { send } from "#test/support/usage-forms";

const T = "2026-03-01T00:00:00Z";

let api: Api;

/** One meter of each kind that is asked about here, over the same property of the same events. */
beforeEach(async () => {
  api = await sandbox("2026-03-01T12:00:00Z");
  const meter = (key: string, rest: object) =>
    api.post("/v1/meters", { key, name: key, event_type: "used", value_property: "value", ...rest });
  await meter("sum", { aggregation: "sum" });
  await meter("distinct", { aggregation: "unique_count" });
  await meter("p95", { aggregation: "percentile", percentile: "95" });
  await customer(api, "acme");
});

const used = (values: readonly unknown[], customerKey = "acme"): WireEvent[] =>
  values.map((value, index) => ({ id: `e${index}`, source: "test", type: "used", customer: customerKey, time: T, data: { value } }));
const row = async (meter: string, customerKey = "acme", asked = api) =>
  (await asked.get<{ data: { value: string; exact: boolean }[] }>(`/v1/meters/${meter}/query?customer=${customerKey}`)).data[0];
const sum = async (customerKey = "acme") => (await row("sum", customerKey))?.value;
const repeated = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe("a sum is exact", () => {
  it.each([
    ["a text", "0.1"],
    ["a JSON number", 0.1],
  ])("where floating point is not: ten times 0.1 is 1, as %s", async (_form, tenth) => {
    await api.record(used(repeated(10, tenth)));

    expect(await sum()).toBe("1");
  });

  it("to 38 digits of which 9 stand after the point", async () => {
    await api.record(used(["12345678901234567890123456789.123456788", "0.000000001", "-0.000000002"]));
    expect(await sum()).toBe("12345678901234567890123456789.123456787");

    await api.record([{ ...(used(["87654321098765432109876543210.876543213"])[0] as WireEvent), id: "rest" }]);
    expect(await sum()).toBe("100000000000000000000000000000");
  });

  it("for bytes past 10^19, where the numbers come as JSON numbers that no double holds", async () => {
    const event = (id: number): string =>
      `{"id":"${id}","source":"test","type":"used","customer":"acme","time":"${T}","data":{"value":9223372036854775807}}`;
    const body = Array.from({ length: 11 }, (_, id) => event(id)).join("\n");

    await send(api, "/v1/events", { body, headers: { "content-type": "application/x-ndjson" } });

    expect(await sum()).toBe("101457092405402533877");
  });

  it("whatever the order, the grouping and the repeats", async () => {
    const values = Array.from({ length: 200 }, (_, index) => `${index + 1}.${String(index + 1).padStart(9, "0")}`);
    const keys = ["one", "two", "three"];
    await Promise.all(keys.map((key) => customer(api, key)));
    for (const [seed, key] of keys.entries()) {
      const events = shuffled([...used(values, key), ...used(values, key)], seed + 1);
      for (let from = 0; from < events.length; from += 90) await api.record(events.slice(from, from + 90));
    }

    // 1 + 2 + … + 200, and a billionth of it.
    expect(await Promise.all(keys.map(sum))).toEqual(["20100.0000201", "20100.0000201", "20100.0000201"]);
  });

  it("of the good events, where others beside them are longer than can be kept: those are refused one by one", async () => {
    const digits39 = "123456789012345678901234567890123456789";
    const decimals19 = "0.1234567890123456789";

    const { results } = await api.record(used(["1", digits39, "2", decimals19, "0.123456789012345678", `-${digits39.slice(0, 38)}`]));

    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ["accepted", undefined],
      ["rejected", "value_too_long"],
      ["accepted", undefined],
      ["rejected", "value_too_long"],
      ["accepted", undefined],
      ["accepted", undefined],
    ]);
    expect(await sum()).toBe("-12345678901234567890123456789012345674.876543210987654322");
  });
});

describe("distinct values and ranks are exact", () => {
  it("past 10,000 of them, however they are shuffled and repeated", async () => {
    const events = shuffled(used(Array.from({ length: 12_000 }, (_, index) => index + 1)));
    for (const from of [0, 4_000, 0, 8_000]) await api.record(events.slice(from, from + 8_000));

    expect(await row("distinct")).toMatchObject({ value: "12000", exact: true });
    expect(await row("p95")).toMatchObject({ value: "11400", exact: true });
  });
});

describe("past the declared cap", () => {
  const window = { start: Date.parse(T), end: Date.parse(T) + 86_400_000 };
  const reading = { window, until: window.end };
  const key = { scope: "test", meter: "distinct", start: window.start, group: "" };
  const sample = (text: string, order: number) => ({ text, value: decimal(text), at: window.start, order });

  it("a total keeps its value and says that it is not exact, also after it was forgotten", async () => {
    const seen = await runInDurableObject(ledgerOf(api, "acme"), (_ledger, { storage: { sql } }) => {
      const cellOf = (percentile: string | null, meter: string) => new MemberCell(sql, { ...key, meter }, { percentile }, () => 77, 3);
      const cell = cellOf(null, "distinct");
      const said = ["7", "8", "7", "9"].map((text, order) => {
        cell.add(sample(text, order));
        const { value, exact } = cell.value(reading);
        return [value && decimalText(value), exact];
      });
      cell.add(sample("10", 4));
      cell.flush();
      const again = cellOf(null, "distinct");
      const { value, exact } = again.value(reading);
      return { said, after: [value && decimalText(value), exact], canRemove: again.remove(sample("7", 0)) };
    });

    expect(seen).toEqual({
      said: [
        ["1", true],
        ["2", true],
        ["2", true],
        ["3", true],
      ],
      after: ["3", false],
      canRemove: false,
    });
  });

  it.each([
    ["distinct", ["1", "2", "3"], { value: "3", exact: true }],
    ["distinct", ["1", "2", "3", "3", "4", "5"], { value: "3", exact: false }],
    ["p95", ["10", "20", "30", "30"], { value: "30", exact: true }],
    ["p95", ["10", "20", "30", "40"], { value: "30", exact: false }],
  ])("an answer says so: %s of %j", async (meter, values, expected) => {
    await api.record(used(values));

    expect(await row(meter, "acme", api.through(new Platform({ LEDGER: cappedLedgers(3) })))).toMatchObject(expected);
  });
});

/** The ledgers as they are, but that a question keeps at most so many distinct values. */
function cappedLedgers(most: number): typeof env.LEDGER {
  const queryIn = (id: DurableObjectId, call: MeterQueryCall) =>
    runInDurableObject(env.LEDGER.get(id), (_ledger: CustomerLedger, { storage: { sql } }): MeterQueryAnswer => {
      const parts = newLedgerParts(sql, most);
      const meter = parts.state.catalog?.meters.find(({ key }) => key === call.meter);
      if (meter === undefined) throw new Error(`the ledger has no meter ${call.meter}`);
      const rows = queryMeter(parts, { ...call, meter });
      return "code" in rows ? { kind: "refused", ...rows } : { kind: "rows", rows };
    });
  return {
    idFromName: (name: string) => env.LEDGER.idFromName(name),
    get: (id: DurableObjectId) => ({ queryMeter: (call: MeterQueryCall) => queryIn(id, call) }),
  } as unknown as typeof env.LEDGER;
}
