import { describe, expect, it } from "vitest";
import { groupOf, groupValues } from "#domain/metering/group";
import { readProperty, scalarText } from "#domain/metering/property";
import fc from "#test/domain/support/fast-check";

describe("a property", () => {
  it.each([
    [{ a: 1 }, "a", 1],
    [{ a: { b: { c: 1 } } }, "a.b.c", 1],
    [{ "a.b": 1, a: { b: 2 } }, "a.b", 1],
    [{ a: { "b.c": 1 } }, "a.b.c", 1],
    [{ a: null }, "a", null],
    [{ a: [{ b: 1 }] }, "a.0.b", undefined],
    [{ a: "text" }, "a.length", undefined],
    [{ a: {} }, "a.constructor", undefined],
    [{}, "__proto__", undefined],
    [{}, "__proto__.toString", undefined],
    [{}, "toString", undefined],
    [{}, ".", undefined],
  ])("of %j named %s is %j", (properties, path, expected) => {
    expect(readProperty(properties, path)).toBe(expected);
  });

  it.each([
    ["", ""],
    [1.1, "1.1"],
    [-0, "0"],
    [1e21, "1000000000000000000000"],
    [1e-7, "0.0000001"],
    [true, "true"],
    [null, null],
    [undefined, null],
    [[1], null],
    [{ a: 1 }, null],
  ])("%j has the text %j", (value, expected) => {
    expect(scalarText(value)).toBe(expected);
  });
});

describe("a group", () => {
  it("names the values of the dimensions in their order", () => {
    expect(groupOf(["region", "n"], { n: 1, region: "eu" })).toBe('{"region":"eu","n":"1"}');
    expect(groupValues(["region", "n"], '{"region":"eu","n":"1"}')).toEqual({ region: "eu", n: "1" });
  });

  it("means the same when a dimension is added or replaced", () => {
    expect(groupValues(["region", "project"], '{"region":"eu"}')).toEqual({ region: "eu", project: null });
    expect(groupValues(["project"], '{"region":"eu"}')).toEqual({ project: null });
  });

  it("without dimensions is the empty text", () => {
    expect(groupOf([], { region: "eu" })).toBe("");
    expect(groupValues([], "")).toEqual({});
  });

  it("tells an absent value from every text", () => {
    expect(groupOf(["region"], {})).toBe('{"region":null}');
    expect(groupOf(["region"], { region: "null" })).toBe('{"region":"null"}');
    expect(groupOf(["region"], { region: "" })).toBe('{"region":""}');
  });

  it("is the same for equal values and for no others", () => {
    const texts = fc.option(fc.string(), { nil: null });
    fc.assert(
      fc.property(texts, texts, texts, texts, (a, b, c, d) => {
        const [one, other] = [groupOf(["x", "y"], { x: a, y: b }), groupOf(["x", "y"], { x: c, y: d })];
        expect(one === other).toBe(a === c && b === d);
        expect(groupValues(["x", "y"], one)).toEqual({ x: a, y: b });
      }),
    );
  });
});
