import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

/** A figure that another billing system asserts of itself: facts, with where they stand. */
export type Case = {
  readonly id: string;
  readonly area: string;
  readonly given: unknown;
  readonly expect: Figures;
  readonly source: string;
};

type Figures = Readonly<Record<string, unknown>>;

/** Where we come to another figure, and the sentence of the design that decides so. */
export type Difference = { readonly ours: Figures; readonly sentence: string };

type Suite = {
  readonly file: keyof typeof env.FIGURES;
  /** Areas of which no case may be left out, and those we look for that the system has none of. */
  readonly whole: readonly string[];
  readonly absent?: readonly RegExp[];
  /** How a case of an area is told to the API, and read from it. */
  readonly replays: Readonly<Record<string, (given: never) => Promise<Figures>>>;
  readonly differences: Readonly<Record<string, Difference>>;
};

/** Fields of a record that say in prose what the copy has as data. */
const PROSE = new Set(["note", "rule", "range", "period", "values", "standard_part", "custom_part", "subscription_terminated"]);

/** Replays the figures of one system through the API, and holds our copy of them to the record where that is at hand. */
export function replayFigures({ file, whole, absent = [], replays, differences }: Suite): void {
  const cases = JSON.parse(env.FIGURES[file]) as Case[];
  const areas = Object.entries(Object.groupBy(cases, ({ area }) => area)).map(([area, group = []]) => ({ area, group }));

  describe.each(areas)(`$area of ${file} comes out the same`, ({ area, group }) => {
    it.each(group)("$id", async ({ id, given, expect: figures }) => {
      const replay = replays[area];
      if (replay === undefined) throw new Error(`nothing replays ${area}`);

      const ours = await replay(given as never);

      const difference = differences[id];
      expect(ours).toEqual(difference?.ours ?? figures);
      // A difference that has gone must leave the list.
      if (difference !== undefined) expect(ours).not.toEqual(figures);
    });

    it.runIf(group.length > 1)("but for one case in ten", () => {
      expect(group.filter(({ id }) => id in differences).length).toBeLessThanOrEqual(group.length / 10);
    });
  });

  it("every difference is of a case there is, and says what decides", () => {
    for (const [id, { sentence }] of Object.entries(differences)) {
      expect(cases.map((one) => one.id)).toContain(id);
      expect(sentence).toMatch(/^Design \d+: .{20,}/);
    }
  });

  describe.runIf(env.RECORDED_FIGURES[file] !== "")(`the copy of ${file}'s figures`, () => {
    const records = env.RECORDED_FIGURES[file] === "" ? [] : (JSON.parse(env.RECORDED_FIGURES[file]) as Case[]);

    it.each(cases)("is the record of $id", ({ id, area, given, expect: figures, source }) => {
      const record = records.find((one) => one.id === id);
      expect({ area: record?.area, expect: record?.expect, source: record?.source }).toEqual({ area, expect: figures, source });
      const data = Object.entries(record?.given as Figures).filter(([name]) => !PROSE.has(name) && name in (given as Figures));
      expect(given).toMatchObject(Object.fromEntries(data));
    });

    it.each(absent)("has no area like %s to replay", (pattern) => {
      expect(records.filter(({ area }) => pattern.test(area))).toEqual([]);
    });

    it("leaves out no case of the areas of metering", () => {
      const wanted = records.filter(({ area }) => whole.includes(area)).map(({ id }) => id);
      expect(wanted.length).toBeGreaterThan(0);
      expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining(wanted));
    });
  });
}
