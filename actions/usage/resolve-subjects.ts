import type { Context } from "#actions/context";
import { subjectAt } from "#domain/customers/subject";
import { isId } from "#domain/ids";
import type { AddressedEvent } from "#domain/metering/validate-event";
import type { Instant } from "#domain/time/instant";
import { type Address, findAddresses } from "#storage/queries/subjects";

/** A live directory is at most so old; a sandbox's clock stands still, so what changes there counts from the same instant. */
export const LIVE_FRESH_MS = 10_000;
const SANDBOX_FRESH_MS = 1_000;
const MOST_ENTRIES = 20_000;

type Entry = { readonly stretches: readonly Address[]; readonly namesake: string | null; readonly until: Instant };

const directory = new Map<string, Entry>();

/**
 * The ledger each event belongs in. A customer's key is its ledger's; an id is looked up. A subject leads to the customer who
 * has it at the event's time, else to the customer whose key or id it is, else to a ledger of its own, where it is kept
 * unmatched. Null: it could not be looked up now. All names not remembered are asked for at once.
 */
export async function resolveAddresses(
  context: Context,
  events: readonly Pick<AddressedEvent, "address" | "event">[],
): Promise<(string | null)[]> {
  const wanted = new Set<string>();
  for (const { address } of events) {
    const name = nameOf(address);
    if (name !== null && remembered(context, name) === null) wanted.add(name);
  }
  const found = wanted.size === 0 ? new Map<string, Entry>() : await lookUp(context, [...wanted]);
  return events.map(({ address, event }) => {
    const name = nameOf(address);
    if (name === null) return (address as { customer: string }).customer;
    const entry = found === null ? remembered(context, name) : (found.get(name) ?? remembered(context, name));
    if (entry === null) return null;
    const holder = "subject" in address ? subjectAt(entry.stretches, event.time) : null;
    return holder?.customerKey ?? entry.namesake ?? name;
  });
}

/** This isolate has changed who has which subject: it knows at once. */
export function forgetAddresses(environment: Context["environment"]["id"]): void {
  for (const key of directory.keys()) if (key.startsWith(`${environment} `)) directory.delete(key);
}

/** What has to be looked up; null for a customer's key, which leads to its ledger as it is. */
function nameOf(address: AddressedEvent["address"]): string | null {
  if ("subject" in address) return address.subject;
  return isId("customer", address.customer) ? address.customer : null;
}

function remembered({ environment, clock }: Context, name: string): Entry | null {
  const entry = directory.get(`${environment.id} ${name}`);
  return entry !== undefined && entry.until > clock.wall() ? entry : null;
}

/** Null when the directory cannot be asked: then only what is remembered can be answered. */
async function lookUp(context: Context, names: readonly string[]): Promise<Map<string, Entry> | null> {
  const { db, environment, clock } = context;
  let addresses: Address[];
  try {
    addresses = await findAddresses(db, environment.id, names);
  } catch (error) {
    context.report("directory_unavailable", error);
    return null;
  }
  const until = clock.wall() + (environment.kind === "live" ? LIVE_FRESH_MS : SANDBOX_FRESH_MS);
  const byName = Map.groupBy(addresses, ({ name }) => name);
  if (directory.size + names.length > MOST_ENTRIES) directory.clear();
  return new Map(
    names.map((name) => {
      const known = byName.get(name) ?? [];
      const namesake = known.find(({ kind }) => kind === "customer")?.customerKey ?? null;
      const entry = { stretches: known.filter(({ kind }) => kind === "subject"), namesake, until };
      // An id of nobody is soon somebody's, and has no ledger of its own to be replayed from.
      if (known.length > 0 || !isId("customer", name)) directory.set(`${environment.id} ${name}`, entry);
      return [name, entry] as const;
    }),
  );
}
