import { call } from "#test/support/http";

type Parameter = { readonly name: string; readonly in: string };
type Described = {
  readonly operationId: string;
  readonly "x-scope"?: string;
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
};

export type DocumentedOperation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  readonly security: readonly string[];
  readonly takesKey: boolean;
  readonly previews: boolean;
  readonly bodyTypes: readonly string[];
  readonly answers: Readonly<Record<string, readonly string[]>>;
};

/** Every route of the OpenAPI document that is served now, in its order. */
export async function documentedOperations(): Promise<readonly DocumentedOperation[]> {
  const { paths } = (await call({ path: "/openapi.json" })).json as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      scope: described["x-scope"] ?? "",
      security: (described.security ?? []).flatMap((one) => Object.keys(one)),
      takesKey: (described.parameters ?? []).some(({ name, in: place }) => place === "header" && name === "idempotency-key"),
      previews: (described.parameters ?? []).some(({ name, in: place }) => place === "query" && name === "preview"),
      bodyTypes: Object.keys(described.requestBody?.content ?? {}),
      answers: Object.fromEntries(Object.entries(described.responses).map(([status, { content }]) => [status, Object.keys(content ?? {})])),
    })),
  );
}
