import type { Id } from "#domain/ids";

/** Under whose name a change is recorded. `system` names the part of the platform that acted: `cron`, `queue`, `clock`. */
export type Actor = { readonly type: "api_key"; readonly id: Id<"api_key"> } | { readonly type: "system"; readonly id: string };
