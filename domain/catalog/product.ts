import type { Id } from "#domain/ids";

/** What is sold. Prices name it, and reports group by it. */
export type Product = { readonly id: Id<"product">; readonly key: string; readonly name: string };
