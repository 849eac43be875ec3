import type { PlanVersion } from "#domain/catalog/plan";
import type { Customer } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import { ok, refuseField, type Result } from "#domain/result";
import { readQuantities } from "#domain/subscriptions/quantities";
import type { Subscription } from "#domain/subscriptions/subscription";
import { type AnchorChoice, cadenceFrom, periodIndex } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import { localDate } from "#domain/time/zone";

export type CreateSubscription = {
  readonly id: Id<"subscription">;
  readonly customer: Customer;
  readonly plan: PlanVersion;
  readonly startAt: Instant;
  readonly anchor: AnchorChoice;
  readonly quantities: Readonly<Record<string, string>>;
  readonly now: Instant;
};

/** A start lies at most so many billing periods back, and so many lines: the first invoice bills them all, as one row. */
const MOST_PAST_PERIODS = 1_000;
const MOST_PAST_LINES = 2_000;

/** A new subscription in the customer's zone. One that starts in the future is scheduled. */
export function createSubscription(
  given: CreateSubscription,
): Result<Subscription, "plan_not_published" | "currency_mismatch" | "too_many_periods" | "unknown_quantity" | "invalid_quantity"> {
  const { customer, plan, startAt, now } = given;
  if (plan.status !== "published") return refuseField("plan_not_published", "/plan", `Plan ${plan.planKey} has no published version.`);
  if (customer.currency !== null && customer.currency !== plan.currency) {
    return refuseField("currency_mismatch", "/plan", `The plan bills in ${plan.currency}, the customer pays in ${customer.currency}.`);
  }
  const quantities = readQuantities(plan, given.quantities, {});
  if (!quantities.ok) return quantities;
  const cadence = cadenceFrom(localDate(startAt, customer.timeZone), plan.interval, given.anchor);
  const periods = startAt > now ? 0 : periodIndex(cadence, localDate(now, customer.timeZone)) + 1;
  if (periods > MOST_PAST_PERIODS || periods * plan.prices.length > MOST_PAST_LINES) {
    return refuseField("too_many_periods", "/start_on", `The start lies ${periods} periods of ${plan.prices.length} prices back.`);
  }
  return ok({
    id: given.id,
    customerId: customer.id,
    customerKey: customer.key,
    status: startAt > now ? "scheduled" : "active",
    currency: plan.currency,
    zone: customer.timeZone,
    startAt,
    endAt: null,
    revisions: [{ from: startAt, planVersion: plan.id, quantities: quantities.value, cadence }],
    billedThrough: startAt,
    unsettledFrom: startAt,
    version: 0,
  });
}
