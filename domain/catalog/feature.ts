import type { Id } from "#domain/ids";

/** What an app may ask about. `metered` features count a meter; `static` ones carry a value ("sso": "saml"). */
export type Feature = { readonly id: Id<"feature">; readonly key: string; readonly name: string } & (
  | { readonly type: "boolean" }
  | { readonly type: "static" }
  | { readonly type: "metered"; readonly meter: string }
);

/** When the `used` of a metered entitlement begins anew. */
export type Reset = "billing_period" | "never";

/** What a plan version grants of one feature. `limit` is a decimal text; null is unlimited. */
export type Entitlement = { readonly feature: string } & (
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "static"; readonly value: string }
  | { readonly type: "metered"; readonly limit: string | null; readonly reset: Reset; readonly soft: boolean }
);
