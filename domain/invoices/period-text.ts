import { addDays } from "#domain/time/calendar-date";
import { formatInstant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { localDate, startOfDay, type Zone } from "#domain/time/zone";

/** A service period as people read one: whole local days up to the last that is included, any other with both its instants. */
export function periodText({ start, end }: Period, zone: Zone): string {
  const first = localDate(start, zone);
  const after = localDate(end, zone);
  if (startOfDay(first, zone) !== start || startOfDay(after, zone) !== end) return `${formatInstant(start)} until ${formatInstant(end)}`;
  const last = addDays(after, -1);
  return first === last ? first : `${first} – ${last}`;
}
