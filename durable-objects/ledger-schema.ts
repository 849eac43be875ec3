/** Ordered steps of the object's own schema; each runs once, remembered in `schema_step`. Forward and additive only. */
const STEPS: readonly string[] = [
  `CREATE TABLE state (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     last_now INTEGER NOT NULL,
     sequence INTEGER NOT NULL,
     chain TEXT NOT NULL,
     seed INTEGER NOT NULL,
     latest_event_at INTEGER NOT NULL,
     sealed_before INTEGER NOT NULL,
     next_counter INTEGER NOT NULL,
     contract TEXT,
     catalog TEXT
   ) STRICT;
   CREATE TABLE log_month (
     first_sequence INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, last_at INTEGER NOT NULL, events INTEGER NOT NULL,
     bytes INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE correction (
     log_row INTEGER NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,
     event TEXT, reason TEXT, at INTEGER NOT NULL, sequence INTEGER NOT NULL,
     PRIMARY KEY (log_row, source, id, number)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE backfill (id TEXT PRIMARY KEY, spec TEXT NOT NULL, state TEXT NOT NULL, closed_at_sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE counter (
     scope TEXT NOT NULL, meter TEXT NOT NULL, start INTEGER NOT NULL, grp TEXT NOT NULL, state TEXT NOT NULL,
     PRIMARY KEY (scope, meter, start, grp)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE member (counter INTEGER NOT NULL, value TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (counter, value)) STRICT, WITHOUT ROWID;
   CREATE TABLE part (
     counter INTEGER NOT NULL, bucket INTEGER NOT NULL, samples INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (counter, bucket)) STRICT, WITHOUT ROWID;
   CREATE TABLE point (
     meter TEXT NOT NULL, grp TEXT NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, level TEXT NOT NULL,
     PRIMARY KEY (meter, grp, at, place)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE meter_group (meter TEXT NOT NULL, grp TEXT NOT NULL, PRIMARY KEY (meter, grp)) STRICT, WITHOUT ROWID;
   CREATE TABLE sealed_generation (
     generation INTEGER PRIMARY KEY, through_row INTEGER NOT NULL, entries INTEGER NOT NULL, filter BLOB NOT NULL
   ) STRICT;
   CREATE TABLE sealed_page (
     generation INTEGER NOT NULL, first TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (generation, first)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE frozen (invoice TEXT PRIMARY KEY, keys TEXT NOT NULL, quantities TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE frozen_window (
     subscription TEXT NOT NULL, meter TEXT NOT NULL, start INTEGER NOT NULL, invoice TEXT NOT NULL, sequence INTEGER NOT NULL,
     PRIMARY KEY (subscription, meter, start)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE seen_type (type TEXT PRIMARY KEY, properties TEXT NOT NULL, last_day TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE dirty_hour (
     meter TEXT NOT NULL, hour INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (meter, hour)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX dirty_hour_by_version ON dirty_hour (version);
   CREATE TABLE fact (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;`,
];

/** Brings the object's storage up to date, in one transaction. Cheap when there is nothing to do. */
export function migrate(storage: DurableObjectStorage, seed: number): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec("CREATE TABLE IF NOT EXISTS schema_step (step INTEGER PRIMARY KEY) STRICT");
    const done = sql.exec<{ done: number }>("SELECT count(*) AS done FROM schema_step").one().done;
    for (const [index, statements] of STEPS.entries()) {
      if (index < done) continue;
      sql.exec(statements);
      sql.exec("INSERT INTO schema_step (step) VALUES (?)", index);
      if (index === 0) {
        sql.exec(
          "INSERT INTO state (only, last_now, sequence, chain, seed, latest_event_at, sealed_before, next_counter) VALUES (1, 0, 0, '', ?, 0, 0, 1)",
          seed,
        );
      }
    }
  });
}
