import type { Id, IdKind } from "#domain/ids";
import type { Database } from "#storage/database";
import * as apiKeys from "#storage/queries/api-keys";
import * as backfills from "#storage/queries/backfills";
import * as catalog from "#storage/queries/catalog";
import { contractRows } from "#storage/queries/contracts";
import * as customers from "#storage/queries/customers";
import { listDeadLetters } from "#storage/queries/dead-letters";
import * as due from "#storage/queries/due";
import * as environments from "#storage/queries/environments";
import { streamVersion } from "#storage/queries/event-streams";
import * as eventTypes from "#storage/queries/event-types";
import * as idempotency from "#storage/queries/idempotency";
import * as invoices from "#storage/queries/invoices";
import * as outbox from "#storage/queries/outbox";
import * as payments from "#storage/queries/payments";
import * as subjects from "#storage/queries/subjects";
import * as subscriptions from "#storage/queries/subscriptions";
import * as unmatched from "#storage/queries/unmatched-usage";
import * as archives from "#storage/queries/usage-archives";
import * as ledgers from "#storage/queries/usage-ledgers";
import * as rollups from "#storage/queries/usage-rollups";

type Call = (db: Database) => unknown;

const id = <Kind extends IdKind>(_kind: Kind, text = "01J00000000000000000000000") => text as Id<Kind>;
/** Statements are planned by their form; most of what they carry does not matter. */
const as = (part: Readonly<Record<string, unknown>>) => part as never;

const AT = 1_800_000_000_000;
const first = { limit: 10, after: null };
const next = { limit: 10, after: "x" };
const due1 = { at: AT, kind: "invoice.issue", subject: "x", attempts: 0 } as const;

/** Every function of storage/queries, called in each of the forms its statement can take. Plain inserts search nothing. */
export function queryCalls(environment: string): Readonly<Record<string, readonly Call[]>> {
  const env = environment as Id<"environment">;
  const customer = id("customer");
  const subscription = id("subscription");
  const invoice = id("invoice");
  const backfill = id("backfill");
  const outcome = { customerKey: "x" };
  const version = { id: "x", planId: "x", version: 1, publishedAt: AT };
  return {
    findKeyByHash: [(db) => apiKeys.findKeyByHash(db, "x")],
    findApiKey: [(db) => apiKeys.findApiKey(db, env, "x")],
    listApiKeys: [(db) => apiKeys.listApiKeys(db, env, first), (db) => apiKeys.listApiKeys(db, env, next)],
    saveRevocation: [(db) => apiKeys.saveRevocation(db, env, as({ id: "x", revokedAt: AT, version: 2 }))],

    findBackfill: [(db) => backfills.findBackfill(db, env, "x")],
    listBackfills: [(db) => backfills.listBackfills(db, env, first), (db) => backfills.listBackfills(db, env, next)],
    backfillTotals: [(db) => backfills.backfillTotals(db, env, [backfill])],
    saveBackfill: [(db) => backfills.saveBackfill(db, env, as({ id: "x", range: { start: AT, end: AT }, version: 1 }))],
    savePlace: [(db) => backfills.savePlace(db, env, as({ id: "x", version: 1 }), { stage: "loaded", after: "" })],
    addBackfillCustomers: [(db) => backfills.addBackfillCustomers(db, env, backfill, ["x"])],
    countLoaded: [(db) => backfills.countLoaded(db, env, backfill, "x", 1)],
    saveBackfillStep: [
      (db) => backfills.saveBackfillStep(db, env, backfill, { ...outcome, ok: false, code: "x", detail: "x" }, "closed"),
      (db) => backfills.saveBackfillStep(db, env, backfill, { ...outcome, ok: true, added: 1, superseded: 0 }, "closed"),
      (db) => backfills.saveBackfillStep(db, env, backfill, { ...outcome, ok: true, added: 0, superseded: 0 }, "reverted"),
    ],
    backfillCustomers: [
      (db) => backfills.backfillCustomers(db, env, backfill, { ...first, states: null }),
      (db) => backfills.backfillCustomers(db, env, backfill, { ...next, states: ["loaded"], unknownOnly: true }),
    ],
    backfillLeft: [(db) => backfills.backfillLeft(db, env, backfill, ["loaded"])],

    allMeters: [(db) => catalog.allMeters(db, env)],
    allFeatures: [(db) => catalog.allFeatures(db, env)],
    allProducts: [(db) => catalog.allProducts(db, env)],
    findMeter: [(db) => catalog.findMeter(db, env, "x"), (db) => catalog.findMeter(db, env, `mtr_${id("meter")}`)],
    listMeters: [(db) => catalog.listMeters(db, env, first), (db) => catalog.listMeters(db, env, next)],
    listFeatures: [(db) => catalog.listFeatures(db, env, first), (db) => catalog.listFeatures(db, env, next)],
    listProducts: [(db) => catalog.listProducts(db, env, first), (db) => catalog.listProducts(db, env, next)],
    saveMeter: [(db) => catalog.saveMeter(db, env, as({ id: "x", name: "x", version: 2 }))],
    usersOfMeter: [(db) => catalog.usersOfMeter(db, env, "x")],
    metersOfTypes: [(db) => catalog.metersOfTypes(db, env, ["x", "y"])],
    findPlan: [(db) => catalog.findPlan(db, env, "x"), (db) => catalog.findPlan(db, env, `plan_${id("plan")}`)],
    listPlans: [(db) => catalog.listPlans(db, env, first), (db) => catalog.listPlans(db, env, next)],
    planVersionsById: [(db) => catalog.planVersionsById(db, env, [id("plan_version"), id("plan_version", "x")])],
    savePublication: [(db) => catalog.savePublication(db, env, as(version), 2)],

    contractRows: [(db) => contractRows(db, env, customer)],
    findCustomer: [(db) => customers.findCustomer(db, env, "x"), (db) => customers.findCustomer(db, env, `cus_${customer}`)],
    customerKeys: [(db) => customers.customerKeys(db, env, ["x", "y", `cus_${customer}`])],
    listCustomers: [(db) => customers.listCustomers(db, env, first), (db) => customers.listCustomers(db, env, next)],
    bumpContract: [(db) => customers.bumpContract(db, env, customer)],

    nextDue: [(db) => due.nextDue(db, env, AT)],
    dueInLive: [(db) => due.dueInLive(db, AT, 50)],
    saveDueFailure: [(db) => due.saveDueFailure(db, { ...due1, environmentId: env }, { attempts: 1, lastError: "x", parkedAt: null })],
    parkedSince: [(db) => due.parkedSince(db, { ...due1, environmentId: env })],
    unpark: [(db) => due.unpark(db, { ...due1, environmentId: env })],

    findEnvironment: [(db) => environments.findEnvironment(db, env)],
    listEnvironments: [(db) => environments.listEnvironments(db, id("organization"))],
    organizationName: [(db) => environments.organizationName(db, id("organization"))],
    billingEntityOf: [(db) => environments.billingEntityOf(db, env)],
    nextInvoiceNumber: [(db) => environments.nextInvoiceNumber(db, env, id("billing_entity"))],
    takeInvoiceNumber: [(db) => environments.takeInvoiceNumber(db, env, id("billing_entity"), 1)],
    bumpCatalog: [(db) => environments.bumpCatalog(db, env)],
    setClock: [(db) => environments.setClock(db, env, AT)],
    lockClock: [
      (db) => environments.lockClock(db, env, { actor: { type: "api_key", id: id("api_key") }, wall: AT, until: AT }),
      (db) => environments.lockClock(db, env, { actor: { type: "system", id: "x" }, wall: AT, until: AT }),
    ],
    unlockClock: [(db) => environments.unlockClock(db, env, AT)],

    streamVersion: [(db) => streamVersion(db, env, "x")],
    saveSeenType: [(db) => eventTypes.saveSeenType(db, env, { type: "x", properties: { a: ["text"] }, at: AT })],
    listEventTypes: [(db) => eventTypes.listEventTypes(db, env, first), (db) => eventTypes.listEventTypes(db, env, next)],
    findAnswer: [(db) => idempotency.findAnswer(db, { scope: env, route: "x", key: "x" })],
    pruneAnswers: [(db) => idempotency.pruneAnswers(db, AT)],

    findInvoice: [(db) => invoices.findInvoice(db, env, "x")],
    findDraft: [(db) => invoices.findDraft(db, env, subscription)],
    listInvoices: [
      (db) => invoices.listInvoices(db, env, { ...first, customerId: null, status: null }),
      (db) => invoices.listInvoices(db, env, { ...next, customerId: null, status: null }),
      (db) => invoices.listInvoices(db, env, { ...first, customerId: customer, status: null }),
      (db) => invoices.listInvoices(db, env, { ...next, customerId: customer, status: "draft" }),
      (db) => invoices.listInvoices(db, env, { ...first, customerId: null, status: "draft" }),
    ],
    saveInvoice: [(db) => invoices.saveInvoice(db, env, as({ id: "x", version: 1, lines: [], total: { amount: 1n }, status: "draft" }))],
    deleteDraft: [(db) => invoices.deleteDraft(db, env, invoice)],
    billedLines: [(db) => invoices.billedLines(db, env, subscription, AT)],
    deleteBilled: [(db) => invoices.deleteBilled(db, env, invoice)],

    findDelivery: [(db) => outbox.findDelivery(db, id("outbox"))],
    waitingDeliveries: [(db) => outbox.waitingDeliveries(db, env, { limit: 50, after: null })],
    overdueDeliveries: [(db) => outbox.overdueDeliveries(db, AT, 50)],
    saveDeliveryFailure: [
      (db) => outbox.saveDeliveryFailure(db, id("outbox"), { attempts: 1, lastError: "x", nextAttemptAt: AT, deadAt: null }),
    ],
    postponeDelivery: [(db) => outbox.postponeDelivery(db, id("outbox"), AT)],
    listDeadLetters: [
      (db) => listDeadLetters(db, env, first),
      (db) => listDeadLetters(db, env, next),
      (db) => listDeadLetters(db, env, { limit: 10, after: "due:1:invoice.issue:x" }),
    ],
    deadSince: [(db) => outbox.deadSince(db, env, "x")],
    reviveDelivery: [(db) => outbox.reviveDelivery(db, env, "x", AT)],

    paymentsOf: [(db) => payments.paymentsOf(db, env, invoice)],
    savePayment: [(db) => payments.savePayment(db, env, as({ id: "x", version: 2, status: "attempted", amount: { amount: 1n } }))],

    subjectHistories: [(db) => subjects.subjectHistories(db, env, ["x", "y"])],
    listSubjects: [
      (db) => subjects.listSubjects(db, env, { ...first, customer }),
      (db) => subjects.listSubjects(db, env, { limit: 10, after: "x\n1", customer }),
    ],
    saveSubject: [
      (db) => subjects.saveSubject(db, env, { subject: "x", from: AT, to: null, customerId: customer, customerKey: "x", version: 1 }),
    ],
    findAddresses: [(db) => subjects.findAddresses(db, env, ["x", "y"])],
    isSubject: [(db) => subjects.isSubject(db, env, "x")],

    findSubscription: [(db) => subscriptions.findSubscription(db, env, "x")],
    subscriptionsOf: [(db) => subscriptions.subscriptionsOf(db, env, customer)],
    listSubscriptions: [
      (db) => subscriptions.listSubscriptions(db, env, { ...first, customerId: null }),
      (db) => subscriptions.listSubscriptions(db, env, { ...next, customerId: null }),
      (db) => subscriptions.listSubscriptions(db, env, { ...first, customerId: customer }),
      (db) => subscriptions.listSubscriptions(db, env, { ...next, customerId: customer }),
    ],
    saveSubscription: [(db) => subscriptions.saveSubscription(db, env, as({ id: "x", status: "active", version: 2 }))],

    addUnmatched: [
      (db) => unmatched.addUnmatched(db, env, { customerKey: "x", reason: "type", eventType: "x", count: 1, firstAt: AT, lastAt: AT }),
    ],
    noteRefusals: [(db) => unmatched.noteRefusals(db, env, "x", { x: "too_old" })],
    clearUnmatched: [
      (db) => unmatched.clearUnmatched(db, env, { customerKey: "x" }),
      (db) => unmatched.clearUnmatched(db, env, { eventType: "x" }),
    ],
    listUnmatched: [
      (db) => unmatched.listUnmatched(db, env, { ...first, reason: null, customerKey: null, eventType: null }),
      (db) => unmatched.listUnmatched(db, env, { limit: 10, after: "x\ntype\nx", reason: "type", customerKey: null, eventType: null }),
      (db) => unmatched.listUnmatched(db, env, { ...first, reason: "type", customerKey: "x", eventType: "x" }),
      (db) => unmatched.listUnmatched(db, env, { ...first, reason: null, customerKey: null, eventType: "x" }),
    ],

    findArchive: [(db) => archives.findArchive(db, env, "x", "2026-01")],
    archivesOf: [(db) => archives.archivesOf(db, env, "x")],
    saveArchive: [
      (db) =>
        archives.saveArchive(
          db,
          env,
          as({
            customerKey: "x",
            month: "2026-01",
            state: "written",
            objects: [],
            events: 0,
            sums: {},
            restored: 0,
            changedAt: AT,
            version: 1,
          }),
        ),
    ],

    saveUsageLedger: [(db) => ledgers.saveUsageLedger(db, env, "x", AT)],
    hasUsageLedger: [(db) => ledgers.hasUsageLedger(db, env, "x")],
    unsweptLedgers: [(db) => ledgers.unsweptLedgers(db, AT, 50)],
    usageLedgersAfter: [(db) => ledgers.usageLedgersAfter(db, env, null, 50), (db) => ledgers.usageLedgersAfter(db, env, "x", 50)],
    markSwept: [(db) => ledgers.markSwept(db, [{ environmentId: env, customerKey: "x" }], AT)],

    saveRollups: [(db) => rollups.saveRollups(db, env, "x", [{ meter: "x", group: {}, hour: AT, state: "1", version: 1 }])],
    deleteRollups: [(db) => rollups.deleteRollups(db, env, "x")],
    hourlyRollups: [
      (db) => rollups.hourlyRollups(db, env, { meter: "x", range: { start: AT, end: AT + 1 }, customers: null, ofGroups: false }),
      (db) => rollups.hourlyRollups(db, env, { meter: "x", range: { start: AT, end: AT + 1 }, customers: ["x"], ofGroups: true }),
    ],
    lastHours: [(db) => rollups.lastHours(db, env, ["x"])],
  };
}
