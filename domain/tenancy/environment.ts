import type { Id } from "#domain/ids";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";

export type Environment = {
  readonly id: Id<"environment">;
  readonly organizationId: Id<"organization">;
  readonly key: string;
  readonly name: string;
  /** Raised by every commit that changes what all ledgers share (meters, features). */
  readonly catalogVersion: number;
  readonly version: number;
} & ({ readonly kind: "live"; readonly clockAt: null } | { readonly kind: "sandbox"; readonly clockAt: Instant });

/** A sandbox clock goes forward only, and at most this far in one call, so that a typing error does not bill two centuries. */
const LONGEST_ADVANCE_MS = 10 * 366 * 86_400_000;

/** Whether the clock may be moved to `to`. The same instant again is allowed: it goes on with an advance that was cut off. */
export function canAdvance(
  environment: Environment,
  to: Instant,
): Result<Instant, "not_a_sandbox" | "clock_moves_forward_only" | "advance_too_far"> {
  if (environment.kind !== "sandbox") return refuse("not_a_sandbox", "Only a sandbox has a clock that can be moved.");
  if (to < environment.clockAt) return refuseField("clock_moves_forward_only", "/to", "A sandbox clock moves forward only.");
  if (to - environment.clockAt > LONGEST_ADVANCE_MS)
    return refuseField("advance_too_far", "/to", "One call may advance the clock by ten years at most.");
  return ok(to);
}
