import type { Meter } from "#domain/catalog/meter";
import type { Instant } from "#domain/time/instant";
import { countsForEver } from "#objects/attribution";
import type { Contract, SubscriptionContract } from "#objects/calls";

/**
 * The earliest instant from which a new contract counts usage differently than the old one; Infinity when it never does. An
 * end that moved matters from the earlier end on, a new revision from its own instant.
 */
export function changedFrom(held: Contract | null, next: Contract): Instant {
  if (held === null) return -Infinity;
  const changes = next.subscriptions.map((subscription) => {
    const known = held.subscriptions.find(({ id }) => id === subscription.id);
    return known === undefined ? subscription.startAt : subscriptionChangedFrom(known, subscription);
  });
  const gone = held.subscriptions.filter(({ id }) => !next.subscriptions.some((other) => other.id === id)).map(({ startAt }) => startAt);
  return Math.min(Infinity, ...changes, ...gone);
}

function subscriptionChangedFrom(known: SubscriptionContract, next: SubscriptionContract): Instant {
  if (known.startAt !== next.startAt || known.zone !== next.zone || countsForEver(known) !== countsForEver(next))
    return Math.min(known.startAt, next.startAt);
  const ends = known.endAt === next.endAt ? Infinity : Math.min(known.endAt ?? Infinity, next.endAt ?? Infinity);
  const longest = Math.max(known.revisions.length, next.revisions.length);
  for (let index = 0; index < longest; index++) {
    const [old, now] = [known.revisions[index], next.revisions[index]];
    if (JSON.stringify(old) !== JSON.stringify(now)) return Math.min(ends, old?.from ?? Infinity, now?.from ?? Infinity);
  }
  return ends;
}

/** From when on a meter counts otherwise than the one held; null when it never does. */
export function meterChangedFrom(held: Meter | undefined, next: Meter): Instant | null {
  if (held === undefined) return next.definitions[0].from;
  const longest = Math.max(held.definitions.length, next.definitions.length);
  const turns = Array.from({ length: longest }, (_, i) => [held.definitions[i], next.definitions[i]] as const)
    .filter(([old, now]) => JSON.stringify(old) !== JSON.stringify(now))
    .flatMap(([old, now]) => [old?.from ?? Infinity, now?.from ?? Infinity]);
  if (held.archivedAt !== next.archivedAt) turns.push(held.archivedAt ?? Infinity, next.archivedAt ?? Infinity);
  return turns.length === 0 ? null : Math.min(...turns);
}
