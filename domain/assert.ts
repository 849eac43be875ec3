/** Thrown when the program itself is wrong. Never caught to continue: the transaction or batch around it is lost whole. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** States what must hold. Stays on in production; the message carries the values that broke it. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new AssertionFailure(message);
}

/** Marks the branch of a union that cannot be reached; a forgotten case fails to compile here. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unexpected value ${JSON.stringify(value)}`);
}

/** The value, which must be there. Missing is a bug, never a default. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionFailure(`missing ${what}`);
  return value;
}
