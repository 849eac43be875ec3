/** Ordered steps of the object's own schema; each runs once, remembered in `schema_step`. Forward and additive only. */
const STEPS: readonly string[] = [
  `CREATE TABLE state (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     last_now INTEGER NOT NULL,
     sequence INTEGER NOT NULL,
     chain TEXT NOT NULL,
     seed INTEGER NOT NULL,
     latest_event_at INTEGER NOT NULL,
     contract TEXT,
     catalog TEXT
   ) STRICT;
   CREATE TABLE log_month (first_sequence INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
   CREATE TABLE counter (
     scope TEXT NOT NULL, meter TEXT NOT NULL, start INTEGER NOT NULL, value TEXT NOT NULL,
     PRIMARY KEY (scope, meter, start)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE frozen (invoice TEXT PRIMARY KEY, keys TEXT NOT NULL, quantities TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE frozen_window (
     subscription TEXT NOT NULL, meter TEXT NOT NULL, start INTEGER NOT NULL,
     PRIMARY KEY (subscription, meter, start)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE seen_type (type TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
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
        sql.exec("INSERT INTO state (only, last_now, sequence, chain, seed, latest_event_at) VALUES (1, 0, 0, '', ?, 0)", seed);
      }
    }
  });
}
