export type Steering = {
  /** Runs before a read is sent; what it waits for happens first. */
  readonly beforeRead?: (sql: string) => Promise<void>;
  /** Sees a batch before it is sent, and says what is sent in its place. */
  readonly onBatch?: (
    statements: readonly D1PreparedStatement[],
  ) => readonly D1PreparedStatement[] | Promise<readonly D1PreparedStatement[]>;
};

/** The database, but a test decides what happens just before a read, and what becomes of a batch. */
export function steered(db: D1Database, steering: Steering): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrap = (sql: string, statement: D1PreparedStatement): D1PreparedStatement => {
    const before = async (): Promise<void> => steering.beforeRead?.(sql);
    const wrapped = {
      bind: (...values: unknown[]) => wrap(sql, statement.bind(...values)),
      all: async () => (await before(), await statement.all()),
      raw: async () => (await before(), await statement.raw()),
      run: async () => (await before(), await statement.run()),
    } as unknown as D1PreparedStatement;
    originals.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => wrap(sql, db.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => {
      const given = statements.map((statement) => originals.get(statement) ?? statement);
      return await db.batch([...((await steering.onBatch?.(given)) ?? given)]);
    },
  } as unknown as D1Database;
}
