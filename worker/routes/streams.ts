import { z } from "@hono/zod-openapi";
import { listEntitlements } from "#actions/usage/check-entitlement";
import { findCustomer } from "#storage/queries/customers";
import { database } from "#storage/database";
import { contextOf } from "#worker/context";
import { authenticate } from "#worker/authenticate";
import { ledgerSocket } from "#worker/ledger-stub";
import { noQuery, readQuery } from "#worker/query";
import { admit, type App, type Http, refusal, sceneOf } from "#worker/route";
import { problemSchema } from "#worker/schemas/problem";
import { referenceSchema } from "#worker/schemas/scalars";
import { usageMessageSchema } from "#worker/schemas/streams";

/** A line that keeps the connection open where proxies close idle ones; the key is looked at again with each. */
const HEARTBEAT_MS = 10_000;

/** Usage and the bill so far, told as they change. */
export function streamRoutes(app: App): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/customers/{customer}/stream",
    operationId: "streamUsage",
    summary: "A customer's usage and bill so far, told within a second of each change: server-sent events, or a WebSocket",
    tags: ["Usage"],
    security: [{ api_key: [] }],
    "x-scope": "read",
    "x-changes-state": false,
    request: { params: z.object({ customer: referenceSchema }) },
    responses: {
      101: { description: "A WebSocket with the same messages; `ping` is answered `pong`" },
      200: {
        description: "Server-sent events named `usage`; each is the whole of what is shown, so a lost one does not matter",
        content: { "text/event-stream": { schema: usageMessageSchema } },
      },
      default: { description: "A problem (RFC 9457)", content: { "application/problem+json": { schema: problemSchema } } },
    },
  });
  app.get("/v1/customers/:customer/stream", async (http) => {
    const caller = await admit(http, "read");
    if (!caller.ok) return refusal(http, caller.error);
    const query = readQuery(http.req, noQuery, false);
    if (!query.ok) return refusal(http, query.error);
    const { environment, apiKey } = caller.value;
    const customer = await findCustomer(database(http.env.DB), environment.id, http.req.param("customer"));
    if (customer === null) return refusal(http, { code: "not_found", detail: "There is no such customer." });
    const context = contextOf(sceneOf(http), environment, { type: "api_key", id: apiKey.id });
    // A ledger that has not heard of the catalog yet hears of it here.
    await listEntitlements(context, { customer: customer.key });
    const upgraded = await ledgerSocket(http.env.LEDGER, {
      environment: environment.id,
      customerKey: customer.key,
      now: context.clock.now(),
    });
    return http.req.header("upgrade")?.toLowerCase() === "websocket" ? upgraded : serverSentEvents(http, upgraded.webSocket);
  });
}

/** Bridges a ledger's socket to server-sent events. A slow reader gets the newest message only: each tells everything. */
function serverSentEvents(http: Http, socket: WebSocket | null): Response {
  if (socket === null) return refusal(http, { code: "unavailable", detail: "The customer's ledger cannot be reached now." });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let [latest, writing]: [string | null, boolean] = [null, false];
  const end = (): void => {
    clearInterval(heartbeat);
    socket.close(1000);
    void writer.close().catch(() => undefined);
  };
  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    try {
      for (let text = latest; text !== null; text = latest) {
        latest = null;
        await writer.write(encoder.encode(text));
      }
    } catch {
      end();
    } finally {
      writing = false;
    }
  };
  const tell = (text: string): void => {
    latest = text;
    void write();
  };
  const heartbeat = setInterval(() => {
    void authenticate(sceneOf(http), http.req.header("authorization")).then((caller) => (caller.ok ? tell(latest ?? ": here\n\n") : end()));
  }, HEARTBEAT_MS);
  socket.addEventListener("message", ({ data }) => tell(`event: usage\ndata: ${String(data)}\n\n`));
  socket.addEventListener("close", end);
  // A reader that goes away cancels the other side.
  void writer.closed.catch(end);
  http.req.raw.signal.addEventListener("abort", end);
  socket.accept();
  return new Response(readable, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}
