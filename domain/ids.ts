import { assert } from "#domain/assert";

/** Every kind of object the platform names, with the prefix its ids carry on the wire. */
export const idPrefixes = {
  organization: "org",
  environment: "env",
  billing_entity: "ent",
  api_key: "key",
  meter: "mtr",
  feature: "feat",
  product: "prod",
  plan: "plan",
  plan_version: "pv",
  customer: "cus",
  subscription: "sub",
  invoice: "inv",
  payment: "pay",
  event: "evt",
  audit: "aud",
  movement: "mov",
  request: "req",
  outbox: "obx",
  backfill: "bkf",
  correction: "cor",
} as const;

export type IdKind = keyof typeof idPrefixes;

declare const idKind: unique symbol;

/** A string with a name: passing a customer's id where an invoice's is wanted does not compile. */
export type Id<Kind extends IdKind> = string & { readonly [idKind]: Kind };

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Builds a ULID (48 bits of time, 80 bits of entropy, Crockford base 32) with the kind's prefix: `inv_01J…`. Sorts by creation. */
export function makeId<Kind extends IdKind>(kind: Kind, at: number, entropy: Uint8Array): Id<Kind> {
  assert(entropy.length === 10, `a ULID needs 10 bytes of entropy, got ${entropy.length}`);
  let time = "";
  for (let rest = at, i = 0; i < 10; i++) {
    time = CROCKFORD.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = "";
  let bits = 0;
  let held = 0;
  for (const byte of entropy) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      random += CROCKFORD.charAt((held >> bits) & 31);
      held &= (1 << bits) - 1;
    }
  }
  return `${idPrefixes[kind]}_${time}${random}` as Id<Kind>;
}

/** True when the text has the form of an id of this kind. Says nothing about whether the object exists. */
export function isId<Kind extends IdKind>(kind: Kind, text: string): text is Id<Kind> {
  return text.startsWith(`${idPrefixes[kind]}_`) && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text.slice(idPrefixes[kind].length + 1));
}
