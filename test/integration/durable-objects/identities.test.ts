import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { UsageEvent } from "#domain/metering/usage-event";
import { newLedgerParts } from "#objects/ledger-parts";
import { DedupeIndex, identityHash, type IdentityHash } from "#objects/log/dedupe-index";
import { IdentityIndex } from "#objects/log/identity-index";
import { SealedHashes } from "#objects/log/sealed-hashes";
import { type HashOf, Recorder } from "#objects/recorder";
import { type Api, sandbox } from "#test/support/api";
import { catalog, customer } from "#test/support/catalog";
import { ledgerOf, shuffled } from "#test/support/ledgers";

const NOW = Date.parse("2026-01-10T00:00:00Z");

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-10T00:00:00Z");
  await catalog(api);
  await customer(api, "ada");
  // The ledger learns its meters with the first call.
  await api.record([{ id: "first", source: "test", type: "completion", customer: "ada", data: { tokens: 0 } }]);
});

const event = (number: number): UsageEvent => ({
  id: `e${number}`,
  source: "test",
  type: "completion",
  time: NOW - number,
  timeIsGiven: true,
  subscription: null,
  properties: { tokens: 1 },
});
const events = (count: number, from = 0): UsageEvent[] => Array.from({ length: count }, (_, index) => event(from + index));
const tokens = async () => (await api.get<{ data: { value: string }[] }>("/v1/meters/tokens/query?customer=ada")).data[0]?.value;

type Made = { readonly record: (events: readonly UsageEvent[]) => string[]; readonly size: () => { hot: number; sealed: number } };

/** Works in the ledger of ada with a recorder of the test's making; each call of `wake` begins with nothing in memory. */
function inLedger<T>(given: { hashOf?: HashOf; hotLimit?: number }, work: (wake: () => Made) => T): Promise<T> {
  return runInDurableObject(ledgerOf(api, "ada"), (_ledger, { storage }) => {
    const wake = (): Made => {
      const parts = newLedgerParts(storage.sql);
      const index = new IdentityIndex(storage.sql, parts.log, parts.state.seed, given.hotLimit);
      const recorder = new Recorder(parts, index, given.hashOf);
      return {
        record: (events) => storage.transactionSync(() => recorder.record(events, NOW, null)).map(({ status }) => status),
        size: () => index.size,
      };
    };
    return work(wake);
  });
}

const all = (count: number, status: string): string[] => Array.from({ length: count }, () => status);

describe("identities whose hashes collide", () => {
  const collisions: [string, HashOf][] = [
    ["all of them", () => ({ high: 7, low: 7 })],
    ["in half of the hash", (source, id, seed) => ({ high: identityHash(source, id, seed).high, low: 7 })],
    ["in eights", (source, id, seed) => ({ high: 7, low: identityHash(source, id, seed).low % 32 })],
  ];

  it.each(collisions)("%s are counted once each, and none is lost", async (_how, hashOf) => {
    const seen = await inLedger({ hashOf }, (wake) => {
      const { record } = wake();
      const first = [record(events(150)), record(events(150, 100))];
      return { first, again: wake().record(shuffled(events(250))) };
    });

    expect(seen.first[0]).toEqual(all(150, "accepted"));
    expect(seen.first[1]).toEqual([...all(50, "duplicate"), ...all(100, "accepted")]);
    expect(seen.again).toEqual(all(250, "duplicate"));
    expect(await tokens()).toBe("250");
  });

  it("are told apart as conflicts too, also where they are sealed", async () => {
    const hashOf: HashOf = () => ({ high: 7, low: 7 });
    const other = (number: number): UsageEvent => ({ ...event(number), properties: { tokens: 2 } });

    const seen = await inLedger({ hashOf, hotLimit: 20 }, (wake) => {
      const { record, size } = wake();
      for (let from = 0; from < 100; from += 10) record(events(10, from));
      return { sealed: size().sealed, again: wake().record([event(3), other(3), other(55), event(99), event(100)]) };
    });

    expect(seen).toEqual({ sealed: 81, again: ["duplicate", "conflict", "conflict", "duplicate", "accepted"] });
    expect(await tokens()).toBe("101");
  });
});

describe("identities that are no longer in memory", () => {
  it("are found in every generation, by the ledger as it runs and after it was forgotten", async () => {
    const seen = await inLedger({ hotLimit: 50 }, (wake) => {
      const { record, size } = wake();
      const accepted = Array.from({ length: 40 }, (_, call) => record(events(13, call * 13))).flat();
      const running = record(shuffled(events(520)));
      const woken = wake();
      return { accepted, running, sizes: size(), again: woken.record(shuffled(events(521), 3)), later: woken.record([event(520)]) };
    });

    expect(seen.accepted).toEqual(all(520, "accepted"));
    expect(seen.running).toEqual(all(520, "duplicate"));
    expect(seen.sizes).toEqual({ hot: 0, sealed: 521 });
    expect(seen.again.toSorted()).toEqual(["accepted", ...all(520, "duplicate")]);
    expect(seen.later).toEqual(["duplicate"]);
    expect(await tokens()).toBe("521");
  });

  it("are as many as were sealed, though one hash runs over several pages", async () => {
    const hash = (number: number): IdentityHash => (number < 10_000 ? { high: 500, low: 1 } : { high: number % 997, low: number % 7 });
    const seen = await runInDurableObject(ledgerOf(api, "ada"), (_ledger, { storage: { sql } }) => {
      const index = new DedupeIndex(1);
      for (let number = 0; number < 15_000; number++) index.add(hash(number), number + 1);
      new SealedHashes(sql).seal(index);
      const sealed = new SealedHashes(sql);
      const rows = (high: number, low: number) => sealed.candidates({ high, low });
      const others = Array.from({ length: 5_000 }, (_, index) => 10_000 + index);
      return {
        run: new Set(rows(500, 1)).size,
        found: others.filter((number) => sealed.candidates(hash(number)).includes(number + 1)).length,
        strangers: [rows(500, 9), rows(1_000, 0), rows(0, 8)],
      };
    });

    // The run of 10,000, and number 11,467 that has its hash too.
    expect(seen).toEqual({ run: 10_001, found: 5_000, strangers: [[], [], []] });
  });
});
