import type { Meter } from "#domain/catalog/meter";
import { groupValues } from "#domain/metering/group";
import type { Group } from "#domain/metering/measurement";
import type { Instant } from "#domain/time/instant";
import { BUCKET_SCOPE } from "#objects/tally/scopes";
import type { HourRollup } from "#objects/usage-calls";
import { scalarAlgebra } from "#objects/tally/tally";

const HOUR_MS = 3_600_000;
/** Told at once at most, but always whole hours: what crosses to a Worker has a limit. */
const MOST_ROLLUPS = 5_000;

/** Which hours changed since D1 last heard. D1 gets whole hours with a version, never differences, so a repeat changes nothing. */
export class Rollups {
  readonly #sql: SqlStorage;
  readonly #changed = new Map<string, Set<Instant>>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(meter: string, at: Instant): void {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    const known = this.#changed.get(meter);
    if (known === undefined) this.#changed.set(meter, new Set([hour]));
    else known.add(hour);
  }

  flush(version: number): void {
    for (const [meter, hours] of this.#changed) for (const hour of hours) this.#mark(meter, hour, version);
    this.#changed.clear();
  }

  /** Every hour of a meter from an instant on: what is counted anew may also lose hours. */
  noteFrom(meter: string, from: Instant, version: number): void {
    for (const hour of this.#hoursOf(meter, from)) this.#mark(meter, hour, version);
  }

  waiting(): boolean {
    return this.#sql.exec("SELECT 1 FROM dirty_hour LIMIT 1").toArray().length > 0;
  }

  /** The changed hours with their totals by group, those of one version together. */
  dirty(meters: readonly Meter[], limit: number): HourRollup[] {
    const rows = this.#sql
      .exec<{ meter: string; hour: number; version: number }>(
        "SELECT meter, hour, version FROM dirty_hour ORDER BY version, meter, hour LIMIT ?",
        limit,
      )
      .toArray();
    const rollups: HourRollup[] = [];
    for (const { meter: key, hour, version } of rows) {
      const meter = meters.find((one) => one.key === key);
      if (meter !== undefined) rollups.push(...this.#hour(meter, hour, version));
      if (rollups.length >= MOST_ROLLUPS) break;
    }
    return rollups;
  }

  settle(rollups: readonly Pick<HourRollup, "meter" | "hour" | "version">[]): void {
    for (const { meter, hour, version } of rollups)
      this.#sql.exec("DELETE FROM dirty_hour WHERE meter = ? AND hour = ? AND version = ?", meter, hour, version);
  }

  rebuild(meters: readonly Meter[], version: number): number {
    let hours = 0;
    for (const meter of meters)
      for (const hour of this.#hoursOf(meter.key, -Number.MAX_SAFE_INTEGER)) {
        this.#mark(meter.key, hour, version);
        hours += 1;
      }
    return hours;
  }

  forget(): void {
    this.#changed.clear();
  }

  #hour(meter: Meter, hour: Instant, version: number): HourRollup[] {
    const algebra = scalarAlgebra(meter);
    const byGroup = new Map<Group, unknown>();
    for (const { grp, state } of this.#sql.exec<{ grp: string; state: string }>(
      "SELECT grp, state FROM counter WHERE scope = ? AND meter = ? AND start >= ? AND start < ? ORDER BY start",
      BUCKET_SCOPE,
      meter.key,
      hour,
      hour + HOUR_MS,
    )) {
      const known = byGroup.get(grp);
      const next = algebra.decode(state);
      byGroup.set(grp, known === undefined || algebra.merge === null ? next : algebra.merge(known, next));
    }
    const dimensions = meter.definitions.flatMap((definition) => definition.dimensions);
    // An hour that lost all it had is told as empty, so that D1 forgets it too.
    if (byGroup.size === 0) byGroup.set("", algebra.empty);
    return [...byGroup].map(([group, state]) => ({
      meter: meter.key,
      group: group === "" ? {} : groupValues(dimensions, group),
      hour,
      state: algebra.encode(state),
      version,
    }));
  }

  #hoursOf(meter: string, from: Instant): Instant[] {
    return this.#sql
      .exec<{ hour: number }>(
        `SELECT DISTINCT start - start % ${HOUR_MS} AS hour FROM counter WHERE scope = ? AND meter = ? AND start >= ?`,
        BUCKET_SCOPE,
        meter,
        Math.max(from, -Number.MAX_SAFE_INTEGER),
      )
      .toArray()
      .map(({ hour }) => hour);
  }

  #mark(meter: string, hour: Instant, version: number): void {
    this.#sql.exec(
      "INSERT INTO dirty_hour (meter, hour, version) VALUES (?, ?, ?) ON CONFLICT (meter, hour) DO UPDATE SET version = excluded.version",
      meter,
      hour,
      version,
    );
  }
}
