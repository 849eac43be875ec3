import type { Answer, Api, WireEvents } from "#test/support/api";

export type Sent = { readonly body: string | Uint8Array; readonly headers: Readonly<Record<string, string>> };

/** POSTs a body as it is. */
export async function send(api: Api, path: string, { body, headers }: Sent): Promise<Answer<WireEvents>> {
  const request = new Request(new URL(path, "http://tollgate.test"), {
    method: "POST",
    headers: { authorization: `Bearer ${api.key}`, ...headers },
    body,
  });
  const response = await api.platform.fetch(request);
  const read = (await response.json()) as WireEvents & { code?: string };
  return { status: response.status, code: read.code ?? null, body: read, headers: response.headers };
}

export async function gzipped(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
