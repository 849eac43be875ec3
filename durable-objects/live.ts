import { decimalText } from "#domain/money/decimal";
import { total } from "#domain/money/money";
import { revisionAt, usageWindow } from "#domain/subscriptions/usage-window";
import { formatInstant, type Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { billSoFar } from "#objects/bill-so-far";
import type { LedgerParts } from "#objects/ledger-parts";
import { windowQuantity } from "#objects/quantities";

/** Told at most so often; the last change is always told. */
const PUSH_EVERY_MS = 250;
/** How long a socket is told before it has to be opened again. */
const WATCH_MS = 600_000;

/**
 * Who watches this customer. Sockets hibernate: a watcher to whom nothing is told costs nothing, and the object sleeps under
 * them. Each message is the whole of what is shown, so one that is lost is made up for by the next.
 */
export class Live {
  readonly #context: DurableObjectState;
  readonly #parts: LedgerParts;
  #pending: ReturnType<typeof setTimeout> | null = null;
  #toldAt = 0;

  constructor(context: DurableObjectState, parts: LedgerParts) {
    this.#context = context;
    this.#parts = parts;
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  accept(request: Request): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.#context.acceptWebSocket(server);
    server.serializeAttachment({ since: Date.now() });
    server.send(this.#message(Number(new URL(request.url).searchParams.get("now") ?? 0)));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Something may read otherwise now. */
  changed(): void {
    if (this.#pending !== null || this.#context.getWebSockets().length === 0) return;
    const wait = Math.max(0, this.#toldAt + PUSH_EVERY_MS - Date.now());
    this.#pending = setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    this.#pending = null;
    this.#toldAt = Date.now();
    const message = this.#message(0);
    for (const socket of this.#context.getWebSockets()) {
      const { since } = socket.deserializeAttachment() as { since: number };
      // The key was looked at when the socket was opened; a watcher opens it again, and it is looked at again.
      if (this.#toldAt - since > WATCH_MS) socket.close(4000, "Connect again.");
      else send(socket, message);
    }
  }

  #message(clock: Instant): string {
    const now = this.#parts.state.latest(clock);
    return JSON.stringify({ type: "usage", as_of: formatInstant(now), meters: this.#meters(now), bills: this.#bills(now) });
  }

  /** What each meter with a price has counted in the usage window that is open. */
  #meters(now: Instant) {
    const { state } = this.#parts;
    return (state.contract?.subscriptions ?? []).flatMap((subscription) => {
      const [revision, window] = [revisionAt(subscription, now), usageWindow(subscription, now)];
      if (revision === null || window === null) return [];
      const keys = new Set(subscription.terms[revision.planVersion]?.usagePrices.map(({ meter }) => meter));
      return [...keys].map((meter) => ({
        meter,
        unit: state.catalog?.meters.find(({ key }) => key === meter)?.unit ?? null,
        subscription: subscription.id,
        period: toWire(window),
        value: decimalText(windowQuantity(this.#parts, { subscription: subscription.id, meter, start: window.start }, now)),
      }));
    });
  }

  #bills(now: Instant) {
    const byCurrency = Map.groupBy(billSoFar(this.#parts, now), ({ amount }) => amount.currency);
    return [...byCurrency].map(([currency, lines]) => ({
      currency,
      total: Number(
        total(
          lines.map(({ amount }) => amount),
          currency,
        ).amount,
      ),
      lines: lines.map(({ price, description, period, quantity, amount }) => ({
        price,
        description,
        period: toWire(period),
        quantity,
        amount: Number(amount.amount),
      })),
    }));
  }
}

/** Periods that have no end yet are open. */
function toWire({ start, end }: Period): { start: string; end: string | null } {
  return { start: formatInstant(start), end: Number.isFinite(end) ? formatInstant(end) : null };
}

/** A socket that is gone must not keep the others from hearing. */
function send(socket: WebSocket, message: string): void {
  try {
    socket.send(message);
  } catch {
    socket.close(1011, "It could not be told.");
  }
}
