import { createHash } from "node:crypto";

/** Lines as one compressed object. */
export async function pack(lines: readonly string[]): Promise<Uint8Array> {
  return through(new TextEncoder().encode(`${lines.join("\n")}\n`), new CompressionStream("gzip"));
}

/** The lines of an object. */
export async function unpack(content: Uint8Array): Promise<string[]> {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await through(content, new DecompressionStream("gzip")));
  return text.split("\n").filter((line) => line !== "");
}

/** In hex. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

async function through(content: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const body = new Response(content).body;
  if (body === null) throw new Error("a response with content has a body");
  return new Uint8Array(await new Response(body.pipeThrough(transform)).arrayBuffer());
}
