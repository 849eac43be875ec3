import { abortAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Currency } from "#domain/money/currency";
import { calendarDate } from "#domain/time/calendar-date";
import type { Period } from "#domain/time/period";
import { UTC } from "#domain/time/zone";
import type { Contract, LedgerCalls, RecordAnswer, UsageAnswer } from "#objects/calls";
import type { BackfillSpec, CorrectAnswer } from "#objects/usage-calls";
import { modelMeters } from "#test/support/ledger-model/meters";
import { LedgerModel } from "#test/support/ledger-model/model";

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const SUBSCRIPTION = "sub_01HQ0000000000000000000000" as Id<"subscription">;
const VERSION = "pv_01HQ0000000000000000000000" as Id<"plan_version">;

/** Commands of one CI run: enough that every pair of kinds has met. */
const RUNS = 20;
const COMMANDS_A_RUN = 100;
const LOOKED_AT_EVERY = 10;

const months: readonly Period[] = [0, 1, 2, 3, 4].map((month) => ({ start: Date.UTC(2024, month, 1), end: Date.UTC(2024, month + 1, 1) }));

/** What only bills are made of. */
const facts = {
  customerId: "cus_01HQ0000000000000000000000" as Id<"customer">,
  customerKey: "model",
  status: "active" as const,
  currency: "USD" as Currency,
  billedThrough: START,
  unsettledFrom: START,
  version: 1,
  billed: [],
};

const contract: Contract = {
  version: 1,
  customer: "cus_01HQ0000000000000000000000" as Id<"customer">,
  customerKey: "model",
  environment: "env_01HQ0000000000000000000000" as Id<"environment">,
  subscriptions: [
    {
      id: SUBSCRIPTION,
      zone: UTC,
      startAt: START,
      endAt: null,
      revisions: [
        {
          from: START,
          planVersion: VERSION,
          quantities: {},
          cadence: { interval: { unit: "month", count: 1 }, anchorOn: calendarDate("2024-01-01"), anchorDay: 1 },
        },
      ],
      ...facts,
      terms: { [VERSION]: { usagePrices: modelMeters.map(({ key }) => ({ key, meter: key })), entitlements: [] } },
    },
  ],
  planVersions: [],
};

const catalog = { version: 1, meters: modelMeters, features: [] };

/** Times lie around now: mostly just before, some days late, some just too late or too early. */
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2 * DAY, max: 0 }) },
  { weight: 2, arbitrary: fc.integer({ min: -34 * DAY, max: 3_599_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-35 * DAY - 1, -35 * DAY, 3_600_000, 3_600_001, 0) },
);
const properties = fc.record(
  {
    amount: fc.constantFrom(0, 1, 2, 3, 10, 0.1, "0.123456789", "12345678901234567890", -1, 7.5),
    region: fc.constantFrom("eu", "us"),
    model: fc.constantFrom("a", "b", null),
    user: fc.constantFrom("ann", "ben", "eve", 7),
  },
  { requiredKeys: ["amount", "region", "user"], noNullPrototype: true },
);
const draft = fc.record({ id: fc.integer({ min: 0, max: 60 }), offset, properties }, { noNullPrototype: true });
const range = fc.tuple(fc.integer({ min: -20 * DAY, max: 0 }), fc.integer({ min: 1, max: 20 * DAY }));

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("record" as const), drafts: fc.array(draft, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("repeat" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("void" as const), index: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("amend" as const), index: fc.nat(200), offset, properties }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("open" as const), range, replace: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("load" as const), drafts: fc.array(draft, { minLength: 1, maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revert" as const), index: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("freeze" as const), month: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), by: fc.integer({ min: 0, max: 6 * DAY }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("preview" as const), drafts: fc.array(draft, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "evict" as const }, { kind: "crash" as const }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** What once went wrong, said as briefly as it can be. */
const lessons: readonly (readonly Command[])[] = [
  // A backfill is reverted whose event was amended to before its range, and that stands for an event of before its range.
  [
    { kind: "open", range: [-5 * DAY, 5 * DAY], replace: false },
    { kind: "load", drafts: [0, 1].map((id) => ({ id, offset: 0, properties: { amount: 2, region: "eu", user: "ann" } })) },
    { kind: "close" },
    { kind: "record", drafts: [{ id: 0, offset: -30 * DAY, properties: { amount: 3, region: "eu", user: "ben" } }] },
    { kind: "amend", index: 1, offset: -25 * DAY, properties: { amount: 5, region: "us", user: "ann" } },
    { kind: "revert", index: 0 },
  ],
  // A call has an event twice that a closed backfill holds: once it is reverted, one of the two counts.
  [
    { kind: "open", range: [-5 * DAY, 5 * DAY], replace: false },
    { kind: "load", drafts: [{ id: 0, offset: 0, properties: { amount: 2, region: "eu", user: "ann" } }] },
    { kind: "close" },
    { kind: "record", drafts: [3, 7.5].map((amount) => ({ id: 0, offset: -DAY, properties: { amount, region: "eu", user: "ben" } })) },
    { kind: "revert", index: 0 },
  ],
];

let objects = 0;

class Run {
  readonly model = new LedgerModel(START + 20 * DAY);
  readonly #name = `env_model:${(objects += 1)}`;
  readonly #backfills: BackfillSpec[] = [];
  #last: UsageEvent[] = [];
  #invoices = 0;

  async begin(): Promise<void> {
    await this.#ledger.provision({ now: this.model.now, contract });
    await this.#ledger.entitlements({ ...this.#call, catalog });
  }

  async step(command: Command): Promise<void> {
    switch (command.kind) {
      case "record":
        this.#last = command.drafts.map((one) => this.#event(one));
        return this.#record();
      case "repeat":
        return this.#record();
      case "void":
      case "amend":
        return this.#correct(command);
      case "open":
        return this.#open(command);
      case "load":
        return this.#load(command.drafts);
      case "close":
        return this.#close();
      case "revert":
        return this.#revert(command.index);
      case "freeze":
        return this.#freeze(present(months[command.month], "month"));
      case "advance":
        this.model.now += command.by;
        return undefined;
      case "preview":
        await this.#ledger.record({ ...this.#call, events: command.drafts.map((one) => this.#event(one)), preview: true });
        return undefined;
      case "evict":
        await this.#ledger.facts();
        return evictDurableObject(this.#stub);
      case "crash":
        return abortAllDurableObjects();
    }
  }

  /** Every number the ledger would bill equals the fold over the model's list. */
  async agrees(): Promise<void> {
    for (const window of months) {
      const keys = modelMeters.map(({ key }) => ({ subscription: SUBSCRIPTION, meter: key, start: window.start }));
      const answer = (await this.#ledger.usage({ ...this.#call, keys })) as Extract<UsageAnswer, { kind: "usage" }>;
      expect(named(answer.quantities)).toEqual(named(this.model.quantities(window)));
    }
  }

  async #record(): Promise<void> {
    const expected = this.#last.map((event) => this.model.record(event));
    const answer = (await this.#ledger.record({ ...this.#call, events: this.#last })) as Extract<RecordAnswer, { kind: "recorded" }>;
    expect(answer.results.map(({ status }) => status)).toEqual(expected);
  }

  async #correct(command: Extract<Command, { kind: "void" | "amend" }>): Promise<void> {
    const identity = this.model.identity(command.index);
    if (identity === null) return;
    const place = { id: identity.id, source: identity.source, reason: null };
    const correction =
      command.kind === "void"
        ? { ...place, kind: "void" as const }
        : {
            ...place,
            kind: "amend" as const,
            event: { type: "call", subscription: null, time: this.model.now + command.offset, properties: command.properties },
          };
    const expected = this.model.correct(correction);
    const answer = (await this.#ledger.correct({ ...this.#call, corrections: [correction], preview: false })) as Extract<
      CorrectAnswer,
      { kind: "corrected" }
    >;
    expect(answer.results.map(({ status }) => status)).toEqual([expected]);
  }

  #open({ range: [from, length], replace }: Extract<Command, { kind: "open" }>): void {
    const start = this.model.now + from;
    this.#backfills.push({
      id: `bkf_${this.#backfills.length}` as Id<"backfill">,
      range: { start, end: start + length },
      types: ["call"],
      mode: replace ? "replace" : "add",
    });
  }

  async #load(drafts: readonly { id: number; offset: number; properties: UsageEvent["properties"] }[]): Promise<void> {
    const backfill = this.#backfills.at(-1);
    if (backfill === undefined) return;
    const { start, end } = backfill.range;
    const events = drafts.map((one, i) => ({ ...this.#event(one), time: start + ((one.id * 7_919_000 + i) % (end - start)) }));
    const expected = events.map((event) => this.model.stage(backfill, event));
    const answer = (await this.#ledger.record({ ...this.#call, events, backfill })) as Extract<RecordAnswer, { kind: "recorded" }>;
    expect(answer.results.map(({ status }) => status)).toEqual(expected);
  }

  async #close(): Promise<void> {
    const backfill = this.#backfills.at(-1);
    if (backfill === undefined) return;
    this.model.close(backfill);
    const first = await this.#ledger.closeBackfill({ ...this.#call, backfill, preview: false });
    const again = await this.#ledger.closeBackfill({ ...this.#call, backfill, preview: false });
    expect(again).toMatchObject(first.kind === "backfilled" ? { added: first.added, superseded: first.superseded } : first);
  }

  async #revert(index: number): Promise<void> {
    const backfill = this.#backfills[index % Math.max(1, this.#backfills.length)];
    if (backfill === undefined) return;
    const expected = this.model.revert(backfill.id, months);
    const answer = await this.#ledger.revertBackfill({ ...this.#call, backfill: backfill.id, preview: false });
    expect(answer.kind).toBe(expected ? "backfilled" : "refused");
  }

  async #freeze(window: Period): Promise<void> {
    if (window.end > this.model.now) return;
    const invoice = `inv_${(this.#invoices += 1)}` as Id<"invoice">;
    const keys = modelMeters.map(({ key }) => ({ subscription: SUBSCRIPTION, meter: key, start: window.start }));
    const expected = this.model.freeze(invoice, window);
    for (let time = 0; time < 2; time++) {
      const answer = (await this.#ledger.freeze({ ...this.#call, keys, invoice })) as Extract<UsageAnswer, { kind: "usage" }>;
      expect(named(answer.quantities)).toEqual(named(expected));
    }
  }

  #event({ id, offset: by, properties: given }: { id: number; offset: number; properties: UsageEvent["properties"] }): UsageEvent {
    return {
      id: `e${id}`,
      source: "model",
      type: "call",
      time: this.model.now + by,
      timeIsGiven: true,
      subscription: null,
      properties: given,
    };
  }

  get #call() {
    return { now: this.model.now, catalogVersion: 1 };
  }

  get #stub() {
    return env.LEDGER.get(env.LEDGER.idFromName(this.#name));
  }

  get #ledger(): LedgerCalls {
    const stub: unknown = this.#stub;
    return stub as LedgerCalls;
  }
}

function named(quantities: readonly string[]): Record<string, string> {
  return Object.fromEntries(modelMeters.map(({ key }, i) => [key, quantities[i] ?? "missing"]));
}

it(
  "counts as the model does, whatever is sent, repeated, amended, backfilled, frozen, evicted or crashed",
  { timeout: 300_000 },
  async () => {
    const seed = env.MODEL_SEED === "" ? Math.trunc(performance.timeOrigin + performance.now()) % 2_147_483_647 : Number(env.MODEL_SEED);
    console.log(`ledger model: seed ${seed}, ${RUNS} runs of ${COMMANDS_A_RUN} commands (MODEL_SEED repeats one)`);
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: COMMANDS_A_RUN, maxLength: COMMANDS_A_RUN }), async (commands) => {
        const run = new Run();
        await run.begin();
        for (const [index, one] of commands.entries()) {
          await run.step(one).catch((error: unknown) => fail(commands.slice(0, index + 1), error));
          const looks = index % LOOKED_AT_EVERY === LOOKED_AT_EVERY - 1 || index === commands.length - 1;
          if (looks) await run.agrees().catch((error: unknown) => fail(commands.slice(0, index + 1), error));
        }
      }),
      // The commands up to the failure say more than what shrinking makes of them, and at once.
      { seed, numRuns: RUNS + lessons.length, endOnFailure: true, examples: lessons.map((lesson) => [[...lesson]]) },
    );
  },
);

function fail(commands: readonly Command[], error: unknown): never {
  throw new Error(`after ${commands.length} commands\n${commands.map((one) => JSON.stringify(one)).join("\n")}`, { cause: error });
}
