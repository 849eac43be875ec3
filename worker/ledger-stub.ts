import { ledgerName } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { LedgerCalls } from "#objects/calls";
import type { CustomerLedger } from "#objects/customer-ledger";

type Namespace = DurableObjectNamespace<CustomerLedger>;

/** Object ids this isolate has derived; deriving one hashes its name. */
const ids = new Map<string, DurableObjectId>();
const MOST_IDS = 20_000;

/**
 * A customer's ledger as its callers see it. Every method may be repeated, so a call that the platform says can be retried is
 * made once more on a new stub; an overloaded object is left alone.
 */
export function ledgerStub(namespace: Namespace, environment: Id<"environment">, customerKey: string, region?: string | null): LedgerCalls {
  const name = ledgerName(environment, customerKey);
  const id = ids.get(name) ?? namespace.idFromName(name);
  if (ids.size >= MOST_IDS) ids.clear();
  ids.set(name, id);
  const stub = () => namespace.get(id, region ? { locationHint: region as DurableObjectLocationHint } : {}) as unknown as LedgerCalls;
  const twice = async <T>(call: (ledger: LedgerCalls) => T | Promise<T>): Promise<T> => {
    try {
      return await call(stub());
    } catch (error) {
      const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
      if (!retryable || overloaded) throw error;
      return await call(stub());
    }
  };
  return {
    record: (call) => twice((ledger) => ledger.record(call)),
    check: (call) => twice((ledger) => ledger.check(call)),
    entitlements: (call) => twice((ledger) => ledger.entitlements(call)),
    usage: (call) => twice((ledger) => ledger.usage(call)),
    freeze: (call) => twice((ledger) => ledger.freeze(call)),
    queryMeter: (call) => twice((ledger) => ledger.queryMeter(call)),
    listEvents: (call) => twice((ledger) => ledger.listEvents(call)),
    findEvent: (call) => twice((ledger) => ledger.findEvent(call)),
    correct: (call) => twice((ledger) => ledger.correct(call)),
    closeBackfill: (call) => twice((ledger) => ledger.closeBackfill(call)),
    revertBackfill: (call) => twice((ledger) => ledger.revertBackfill(call)),
    provision: (call) => twice((ledger) => ledger.provision(call)),
    facts: () => twice((ledger) => ledger.facts()),
    settleFacts: (through) => twice((ledger) => ledger.settleFacts(through)),
    dirtyRollups: (call) => twice((ledger) => ledger.dirtyRollups(call)),
    settleRollups: (call) => twice((ledger) => ledger.settleRollups(call)),
    rebuildRollups: () => twice((ledger) => ledger.rebuildRollups()),
    logMonths: (call) => twice((ledger) => ledger.logMonths(call)),
    archivePage: (call) => twice((ledger) => ledger.archivePage(call)),
    prune: (call) => twice((ledger) => ledger.prune(call)),
    restore: (call) => twice((ledger) => ledger.restore(call)),
  };
}

/** A socket on which the customer's ledger tells usage and the bill so far. */
export function ledgerSocket(namespace: Namespace, environment: Id<"environment">, customerKey: string, now: Instant): Promise<Response> {
  const stub = namespace.get(namespace.idFromName(ledgerName(environment, customerKey)));
  return stub.fetch(`https://ledger.internal/stream?now=${now}`, { headers: { upgrade: "websocket" } });
}
