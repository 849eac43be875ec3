/** Ledgers called at the same moment: a Worker may hold six connections open. */
const AT_ONCE = 6;

/** Does the same with each of many, a few at a time; the answers stand in the order of the many. */
export async function eachAtOnce<T, R>(many: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = Array.from({ length: many.length });
  const waiting = many.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of waiting) answers[index] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, many.length) }, worker));
  return answers;
}
