import type { Instant } from "#domain/time/instant";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * One validated usage event. A JSON number that a double cannot hold exactly has become its decimal text on the way in, so
 * no property ever carries a rounded value.
 */
export type UsageEvent = {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: Instant;
  /** False when the server filled the time in: then a repeat is recognised whatever its time. */
  readonly timeIsGiven: boolean;
  readonly subscription: string | null;
  readonly properties: { readonly [key: string]: JsonValue };
};
