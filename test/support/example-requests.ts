import type { Call } from "#test/support/http";
import type { DocumentedOperation } from "#test/support/documented-operations";
import type { World } from "#test/support/prepared-world";
import type { Example } from "#test/support/route-examples";

/** A place of a request that names something of its world: `/path/plan`, `/query/customer`, `/body/prices/0/product`. */
export type Reference = { readonly at: string; readonly value: string };

export function requestOf(operation: DocumentedOperation, example: Example, key: string | null): Call {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = example.path?.[name];
    if (value === undefined) throw new Error(`the example of ${operation.id} says nothing for {${name}}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(example.query ?? {}).toString();
  const { body, contentType, headers } = example;
  return {
    method: operation.method,
    path: query === "" ? path : `${path}?${query}`,
    key,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** Every place of a request where a name of the world stands. */
export function referencesOf(example: Example, world: World): Reference[] {
  const { path = {}, query = {}, body = null } = example;
  return textsOf({ path, query, body }, "").filter(({ value }) => world.names.has(value));
}

function textsOf(value: unknown, at: string): Reference[] {
  if (typeof value === "string") return [{ at, value }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, part]) => textsOf(part, `${at}/${name}`));
}

export function textAt(example: Example, at: string): string {
  const found = textsOf({ path: example.path, query: example.query, body: example.body }, "").find((text) => text.at === at);
  if (found === undefined) throw new Error(`the example has no text at ${at}`);
  return found.value;
}

/** The same request with another text at one place. */
export function withTextAt(example: Example, at: string, text: string): Example {
  const copy = structuredClone({ path: example.path ?? {}, query: example.query ?? {}, body: example.body }) as Record<string, unknown>;
  const steps = at.slice(1).split("/");
  const last = steps.pop() ?? "";
  const parent = steps.reduce<Record<string, unknown>>((inner, step) => inner[step] as Record<string, unknown>, copy);
  parent[last] = text;
  return { ...example, ...copy };
}
