import type { Id } from "#domain/ids";

/**
 * Every fact the platform tells others, past tense, noun first. `data` carries ids and small facts; whoever needs more looks
 * it up, because a handler may run twice and late.
 */
export type EventBody =
  | { readonly type: "organization.created"; readonly data: { organization: Id<"organization"> } }
  | { readonly type: "environment.created"; readonly data: { environment: Id<"environment"> } }
  | { readonly type: "clock.advanced"; readonly data: { to: number } }
  | { readonly type: "dead_letter.replayed"; readonly data: { dead_letter: string } }
  | { readonly type: "api_key.created"; readonly data: { api_key: Id<"api_key"> } }
  | { readonly type: "api_key.revoked"; readonly data: { api_key: Id<"api_key"> } }
  | { readonly type: "meter.created"; readonly data: { meter: Id<"meter">; key: string } }
  | { readonly type: "meter.changed"; readonly data: { meter: Id<"meter">; key: string } }
  | { readonly type: "meter.archived"; readonly data: { meter: Id<"meter">; key: string } }
  | { readonly type: "meter.unarchived"; readonly data: { meter: Id<"meter">; key: string } }
  | { readonly type: "feature.created"; readonly data: { feature: Id<"feature">; key: string } }
  | { readonly type: "product.created"; readonly data: { product: Id<"product">; key: string } }
  | { readonly type: "plan.created"; readonly data: { plan: Id<"plan">; key: string } }
  | { readonly type: "plan.published"; readonly data: { plan: Id<"plan">; plan_version: Id<"plan_version"> } }
  | { readonly type: "customer.created"; readonly data: { customer: Id<"customer">; key: string } }
  | { readonly type: "subject.assigned"; readonly data: SubjectData & { customer: Id<"customer">; from: number } }
  | { readonly type: "subject.ended"; readonly data: SubjectData & { customer: Id<"customer">; to: number } }
  /** Usage came to the ledger that a subject has while it is nobody's, although it is somebody's. */
  | { readonly type: "subject.missed"; readonly data: SubjectData }
  | { readonly type: "subscription.created"; readonly data: SubscriptionData }
  | { readonly type: "subscription.activated"; readonly data: SubscriptionData }
  | { readonly type: "subscription.changed"; readonly data: SubscriptionData & { bill_now: boolean } }
  | { readonly type: "subscription.cancel_scheduled"; readonly data: SubscriptionData & { end_at: number } }
  | { readonly type: "subscription.period_closed"; readonly data: SubscriptionData & { boundary: number } }
  | { readonly type: "subscription.billed"; readonly data: SubscriptionData & { through: number } }
  | { readonly type: "subscription.reopened"; readonly data: SubscriptionData & { from: number } }
  | { readonly type: "subscription.canceled"; readonly data: SubscriptionData }
  | { readonly type: "subscription.usage_arrived_late"; readonly data: SubscriptionData & { from: number } }
  | { readonly type: "usage.unmatched"; readonly data: { customer_key: string; reason: string; event_type: string; count: number } }
  | { readonly type: "usage.late"; readonly data: { customer_key: string; from: number } }
  | { readonly type: "usage.type_seen"; readonly data: LedgerData & { event_type: string } }
  | { readonly type: "usage.replay_paused"; readonly data: SubjectData & ReplayData & { cursor: string } }
  | { readonly type: "usage.replayed"; readonly data: SubjectData & ReplayData }
  /** `after`: the ledger to go on from; null at first. `only`: one ledger, or all. */
  | { readonly type: "usage_rollups.rebuild_requested"; readonly data: { only: string | null; after: string | null } }
  /** `month` null: every month that is ready. */
  | { readonly type: "usage_archive.requested"; readonly data: LedgerData & { month: string | null } }
  | { readonly type: "usage_archive.begun"; readonly data: LedgerData & { month: string; events: number } }
  | { readonly type: "usage_archive.written"; readonly data: LedgerData & { month: string; events: number } }
  | { readonly type: "usage_archive.discarded"; readonly data: LedgerData & { month: string; events: number } }
  | { readonly type: "usage_archive.completed"; readonly data: LedgerData & { month: string; events: number } }
  | { readonly type: "usage_archive.restore_requested"; readonly data: LedgerData & { month: string } }
  | { readonly type: "usage_archive.restored"; readonly data: LedgerData & { month: string } }
  | {
      readonly type: "usage.corrected";
      readonly data: { correction: Id<"correction">; customer_key: string; voided: number; amended: number };
    }
  | { readonly type: "backfill.opened"; readonly data: BackfillData }
  | { readonly type: "backfill.close_started"; readonly data: BackfillData }
  | { readonly type: "backfill.closed"; readonly data: BackfillData }
  | { readonly type: "backfill.revert_started"; readonly data: BackfillData }
  | { readonly type: "backfill.reverted"; readonly data: BackfillData }
  | { readonly type: "invoice.drafted"; readonly data: InvoiceData }
  | { readonly type: "invoice.recomputed"; readonly data: InvoiceData }
  | { readonly type: "invoice.discarded"; readonly data: InvoiceData }
  | { readonly type: "invoice.issued"; readonly data: InvoiceData & { number: string } }
  | { readonly type: "invoice.paid"; readonly data: InvoiceData }
  | { readonly type: "invoice.partly_paid"; readonly data: InvoiceData }
  | { readonly type: "invoice.voided"; readonly data: InvoiceData }
  | { readonly type: "payment.attempted"; readonly data: PaymentData }
  | { readonly type: "payment.succeeded"; readonly data: PaymentData }
  | { readonly type: "payment.failed"; readonly data: PaymentData & { code: string } };

/** How many events found their customer, and why those of a type did not. */
type ReplayData = { moved: number; refused: Readonly<Record<string, string>> };
type LedgerData = { customer_key: string };
type SubjectData = { subject: string };
type SubscriptionData = { subscription: Id<"subscription">; customer: Id<"customer"> };
type BackfillData = { backfill: Id<"backfill"> };
type InvoiceData = { invoice: Id<"invoice">; customer: Id<"customer"> };
type PaymentData = { payment: Id<"payment">; invoice: Id<"invoice"> };

export type EventType = EventBody["type"];

/** An event in the place where its order is kept: version n of the stream `subscription/sub_…` exists exactly once. */
export type DomainEvent = EventBody & { readonly stream: string; readonly version: number };
