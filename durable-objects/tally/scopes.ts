/** Quarter hours: every time zone's midnight falls on one, so days and months of any zone can be summed from them. */
export const BUCKET_MS = 900_000;

export const BUCKET_SCOPE = "bucket";
const USAGE = "usage ";
export const usageScope = (subscription: string): string => `${USAGE}${subscription}`;
export const entitlementScope = (subscription: string, reset: string): string => `entitlement ${subscription} ${reset}`;
