import { html } from "hono/html";
import { PROBLEMS } from "#worker/problem";

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.55 system-ui, sans-serif; --line: #8884; --muted: #7a8499; }
  body { max-width: 60rem; margin: 2.5rem auto; padding: 0 1.5rem; } h1 { margin-bottom: 0; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
  article { margin: 1.75rem 0; } h3 { font-size: 1rem; margin: 0; } code, pre { font: 13px/1.5 ui-monospace, monospace; }
  pre { background: #8881; padding: .75rem 1rem; border-radius: .4rem; overflow-x: auto; } .muted { color: var(--muted); }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0; } td { padding: .25rem .75rem .25rem 0; vertical-align: top; border-top: 1px solid var(--line); }
  td:first-child { white-space: nowrap; } nav a { margin-right: 1rem; } .method { font-weight: 700; text-transform: uppercase; margin-right: .5rem; }`;

type Schema = { readonly [key: string]: unknown };
type Operation = {
  readonly summary?: string;
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly "x-scope"?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  readonly requestBody?: { content: Record<string, { schema?: Schema }> };
  readonly responses?: Record<string, { description?: string }>;
};
type Placed = { readonly method: string; readonly path: string; readonly operation: Operation };

/** The API as one page to read: made from the OpenAPI document, without script and without fetching anything. */
export function docsPage(document: object) {
  const { info, paths, components } = document as {
    info: { title: string; description?: string };
    paths: Record<string, Record<string, Operation>>;
    components?: { schemas?: Record<string, Schema> };
  };
  const operations: Placed[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? "Other"))];
  const schemas = components?.schemas ?? {};
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>${info.title} API</h1>
        <p>${info.description ?? ""} The same as a document for machines: <a href="/openapi.json">openapi.json</a>.</p>
        <nav>${tags.map((tag) => html`<a href="#${anchor(tag)}">${tag}</a>`)}<a href="#problems">Problems</a></nav>
        ${tags.map(
          (tag) =>
            html`<section>
              <h2 id="${anchor(tag)}">${tag}</h2>
              ${operations.filter(({ operation }) => (operation.tags?.[0] ?? "Other") === tag).map((placed) => operationBlock(placed, schemas))}
            </section>`,
        )}
        ${problemSection()}
      </body>
    </html>`;
}

/** Where the `type` of a problem leads to. */
function problemSection() {
  return html`<section>
    <h2 id="problems">Problems</h2>
    <p>
      A refusal is <code>application/problem+json</code> (RFC 9457). <code>code</code> is stable; <code>errors</code> says where, as JSON
      pointers into the request, with "" for all of it. Results of single events and fields use the same codes.
    </p>
    <table>
      ${Object.entries(PROBLEMS).map(
        ([code, { status, meaning }]) =>
          html`<tr id="problem-${code}">
            <td><code>${code}</code></td>
            <td class="muted">${status}</td>
            <td>${meaning}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

function operationBlock({ method, path, operation }: Placed, schemas: Record<string, Schema>) {
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const fields = content?.schema === undefined ? [] : fieldsOf(content.schema, schemas);
  const parameters = (operation.parameters ?? []).map(({ name, in: place, required, description, schema }) => ({
    name: name,
    type: `${place} · ${typeOf(schema ?? {}, schemas)}`,
    required: required ?? false,
    description: description ?? text(schema?.["description"]),
  }));
  return html`<article id="${operation.operationId ?? ""}">
    <h3><span class="method">${method}</span><code>${path}</code></h3>
    <div>${operation.summary ?? ""} <span class="muted">scope: ${operation["x-scope"] ?? "none"}</span></div>
    ${parameters.length === 0 ? "" : fieldTable(parameters)}
    ${
      fields.length === 0
        ? ""
        : html`<div class="muted">Body (${type})</div>
            ${fieldTable(fields)}`
    }
    <div class="muted">
      ${Object.entries(operation.responses ?? {}).map(([status, { description }]) => html`<div>${status}: ${description ?? ""}</div>`)}
    </div>
    <pre>
curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"$TOLLGATE${path}" -H "Authorization: Bearer $KEY"${type === undefined ? "" : ` \\\n  -H "Content-Type: ${type}" -d @body.json`}</pre>
  </article>`;
}

type Field = { readonly name: string; readonly type: string; readonly required: boolean; readonly description: string };

function fieldTable(fields: readonly Field[]) {
  return html`<table>
    ${fields.map(
      ({ name, type, required, description }) =>
        html`<tr>
          <td><code>${name}</code>${required ? "" : html` <span class="muted">optional</span>`}</td>
          <td class="muted">${type}</td>
          <td>${description}</td>
        </tr>`,
    )}
  </table>`;
}

/** One level of an object's fields; deeper ones are named by their type. */
function fieldsOf(schema: Schema, schemas: Record<string, Schema>): Field[] {
  const resolved = resolve(schema, schemas);
  const alternatives = (resolved["anyOf"] ?? resolved["oneOf"]) as Schema[] | undefined;
  if (alternatives?.[0] !== undefined) return fieldsOf(alternatives[0], schemas);
  const required = (resolved["required"] as string[] | undefined) ?? [];
  return Object.entries((resolved["properties"] as Record<string, Schema> | undefined) ?? {}).flatMap(([name, property]) => {
    const own = { name, type: typeOf(property, schemas), required: required.includes(name), description: text(property["description"]) };
    const items = resolve((property["items"] as Schema | undefined) ?? {}, schemas);
    const inner =
      property["type"] === "array" && items["properties"] !== undefined
        ? fieldsOf(items, schemas).map((field) => ({ ...field, name: `${name}[].${field.name}` }))
        : [];
    return [own, ...inner];
  });
}

function resolve(schema: Schema, schemas: Record<string, Schema>): Schema {
  const reference = schema["$ref"];
  return typeof reference === "string" ? (schemas[reference.split("/").at(-1) ?? ""] ?? schema) : schema;
}

function typeOf(schema: Schema, schemas: Record<string, Schema>): string {
  const resolved = resolve(schema, schemas);
  if (Array.isArray(resolved["enum"])) return resolved["enum"].join(" | ");
  if (resolved["const"] !== undefined) return text(resolved["const"]);
  const alternatives = (resolved["anyOf"] ?? resolved["oneOf"]) as Schema[] | undefined;
  if (alternatives !== undefined) return [...new Set(alternatives.map((one) => typeOf(one, schemas)))].join(" | ");
  const type = Array.isArray(resolved["type"]) ? resolved["type"].join(" | ") : text(resolved["type"]);
  return resolved["format"] === undefined ? type : `${type} (${text(resolved["format"])})`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(" ", "-");
}
