import { usageWindow } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import { bucketPlace, entitlementPlaces } from "#objects/attribution";
import type { Contract } from "#objects/calls";

/** The earliest window start of any place an instant lies in: counting anew from there touches nothing half. */
export function earliestStart(contract: Contract | null, at: Instant): Instant {
  if (!Number.isFinite(at)) return at;
  const starts = (contract?.subscriptions ?? []).flatMap((subscription) => [
    ...entitlementPlaces(subscription, at).map(({ window }) => window.start),
    usageWindow(subscription, at)?.start ?? at,
  ]);
  return Math.min(bucketPlace(at).window.start, ...starts);
}
