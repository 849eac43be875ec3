type Range = { readonly type: string; readonly quality: number; readonly place: number };

/**
 * Which of the offered media types the caller prefers (RFC 9110, 12.5.1): the highest quality, by the most specific range that
 * speaks of it; then the one named first. The first offered where the caller wants none of them, or does not say.
 */
export function preferredType<Offered extends string>(accept: string | undefined, offered: readonly [Offered, ...Offered[]]): Offered {
  const ranges = (accept ?? "*/*").split(",").map(readRange);
  const [best] = offered
    .flatMap((type) => {
      const range = rangeOf(type, ranges);
      return range === undefined || range.quality === 0 ? [] : [{ ...range, offered: type }];
    })
    .toSorted((a, b) => b.quality - a.quality || a.place - b.place);
  return best?.offered ?? offered[0];
}

function readRange(text: string, place: number): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  return { type, place, quality: quality === undefined || !/^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? 1 : Number(quality) };
}

function rangeOf(type: string, ranges: readonly Range[]): Range | undefined {
  const group = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const wanted of [type, group, "*/*"]) {
    const range = ranges.find((one) => one.type === wanted);
    if (range !== undefined) return range;
  }
  return undefined;
}
