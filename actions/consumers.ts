import type { EventType } from "#domain/events";

/** Who must act after which fact. A commit writes one outbox row per consumer; `actions/reactions.ts` says what each does. */
export type Consumer =
  | "push-contract"
  | "draft-invoice"
  | "collect-payment"
  | "replay-unmatched"
  | "rebuild-rollups"
  | "archive-usage"
  | "restore-usage";

export const consumersOf: { readonly [Type in EventType]?: readonly Consumer[] } = {
  "customer.created": ["push-contract"],
  "subscription.created": ["push-contract"],
  "subscription.activated": ["draft-invoice"],
  "subscription.changed": ["push-contract", "draft-invoice"],
  "subscription.cancel_scheduled": ["push-contract"],
  "subscription.period_closed": ["draft-invoice"],
  "subscription.canceled": ["draft-invoice"],
  "subscription.reopened": ["draft-invoice"],
  "subscription.usage_arrived_late": ["push-contract", "draft-invoice"],
  "invoice.issued": ["push-contract", "collect-payment"],
  "invoice.voided": ["push-contract"],
  "subject.assigned": ["replay-unmatched"],
  "subject.missed": ["replay-unmatched"],
  "usage.replay_paused": ["replay-unmatched"],
  "usage_rollups.rebuild_requested": ["rebuild-rollups"],
  "usage_archive.requested": ["archive-usage"],
  "usage_archive.restore_requested": ["restore-usage"],
};
