import { z } from "@hono/zod-openapi";
import type { Page } from "#storage/page";
import { wholeNumberQuery } from "#worker/schemas/scalars";

/** Cursors are opaque: base64url of where the next page begins. */
const cursor = z
  .string()
  .max(1_000)
  .transform((text, context) => {
    try {
      return decodeURIComponent(escape(atob(text.replaceAll("-", "+").replaceAll("_", "/"))));
    } catch {
      context.addIssue({ code: "custom", message: "Not a cursor of this list.", params: { code: "invalid_cursor" } });
      return z.NEVER;
    }
  });

export const listQuery = {
  limit: wholeNumberQuery({ min: 1, max: 100, otherwise: 20 }).openapi({ description: "How many to answer, 1 to 100", example: 20 }),
  cursor: cursor.optional().openapi({ type: "string", description: "`next_cursor` of the page before" }),
};

export function pageRequest({ limit, cursor: after }: { limit: number; cursor?: string | undefined }) {
  return { limit, after: after ?? null };
}

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

export function pageToWire<T, Wire>(page: Page<T>, toWire: (item: T) => Wire): { data: Wire[]; next_cursor: string | null } {
  return { data: page.data.map(toWire), next_cursor: page.nextCursor === null ? null : encodeCursor(page.nextCursor) };
}

function encodeCursor(place: string): string {
  return btoa(unescape(encodeURIComponent(place)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
