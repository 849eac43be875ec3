import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { UTC, localDate } from "#domain/time/zone";
import type { Instant } from "#domain/time/instant";
import type { FactOutbox } from "#objects/fact-outbox";

/** Properties remembered of one type; what a sender makes up beyond that is counted all the same, only not listed. */
const MOST_PROPERTIES = 200;
const LONGEST_NAME = 255;
const MOST_TYPES = 1_000;

type Seen = { properties: Map<string, string[]>; lastDay: string };

/** Which event types and properties this customer has sent, so that a person can build a meter from what arrives. */
export class SeenTypes {
  readonly #sql: SqlStorage;
  readonly #facts: FactOutbox;
  #known: Map<string, Seen> | null = null;
  readonly #changed = new Set<string>();

  constructor(sql: SqlStorage, facts: FactOutbox) {
    this.#sql = sql;
    this.#facts = facts;
  }

  has(type: string): boolean {
    return this.#all().has(type);
  }

  note(event: UsageEvent): void {
    let seen = this.#all().get(event.type);
    if (seen === undefined) {
      if (this.#all().size >= MOST_TYPES) return;
      seen = { properties: new Map(), lastDay: "" };
      this.#all().set(event.type, seen);
      this.#changed.add(event.type);
    }
    for (const name of Object.keys(event.properties)) {
      const kind = kindOf(event.properties[name]);
      const kinds = seen.properties.get(name);
      const isFull = seen.properties.size >= MOST_PROPERTIES || name.length > LONGEST_NAME;
      if (kinds === undefined ? isFull : kinds.includes(kind)) continue;
      seen.properties.set(name, [...(kinds ?? []), kind]);
      this.#changed.add(event.type);
    }
  }

  /** Writes what is new, and tells it; a type that goes on is told once a day. */
  flush(types: Iterable<string>, now: Instant): void {
    const day = localDate(now, UTC);
    for (const type of types) {
      const seen = this.#all().get(type);
      if (seen === undefined || (!this.#changed.has(type) && seen.lastDay === day)) continue;
      seen.lastDay = day;
      this.#sql.exec(
        "INSERT INTO seen_type (type, properties, last_day) VALUES (?, ?, ?) ON CONFLICT (type) DO UPDATE SET properties = excluded.properties, last_day = excluded.last_day",
        type,
        JSON.stringify(Object.fromEntries(seen.properties)),
        day,
      );
      this.#facts.add({ type: "usage.type_seen", eventType: type, properties: Object.fromEntries(seen.properties), at: now });
    }
    this.#changed.clear();
  }

  forget(): void {
    this.#known = null;
    this.#changed.clear();
  }

  #all(): Map<string, Seen> {
    this.#known ??= new Map(
      this.#sql
        .exec<{ type: string; properties: string; last_day: string }>("SELECT type, properties, last_day FROM seen_type")
        .toArray()
        .map(({ type, properties, last_day }) => [
          type,
          { properties: new Map(Object.entries(JSON.parse(properties) as Record<string, string[]>)), lastDay: last_day },
        ]),
    );
    return this.#known;
  }
}

function kindOf(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  const kind = typeof value;
  return kind === "string" ? "text" : kind;
}
