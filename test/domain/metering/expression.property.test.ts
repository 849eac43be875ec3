import { describe, expect, it } from "vitest";
import { evaluate } from "#domain/metering/expression/evaluate";
import { parseExpression } from "#domain/metering/expression/parse-expression";
import { decimalText } from "#domain/money/decimal";
import fc from "#test/domain/support/fast-check";

/** A fraction as it comes, never reduced: another arithmetic than the one under test. Null where there is no value. */
type Fraction = readonly [bigint, bigint] | null;

const properties = { a: 3, b: "0.25", c: -7.5, yes: true };
const OPERANDS: readonly (readonly [string, Fraction])[] = [
  ["a", [3n, 1n]],
  ["b", [1n, 4n]],
  ["c", [-15n, 2n]],
  ["yes", [1n, 1n]],
  ["0", [0n, 1n]],
  ["0.1", [1n, 10n]],
  ["12", [12n, 1n]],
  ["99999999999999999999.5", [199999999999999999999n, 2n]],
];

function combine(operator: string, left: Fraction, right: Fraction): Fraction {
  if (left === null || right === null) return null;
  const [[a, b], [c, d]] = [left, right];
  if (operator === "+") return [a * d + c * b, b * d];
  if (operator === "-") return [a * d - c * b, b * d];
  if (operator === "*") return [a * c, b * d];
  return c === 0n ? null : c < 0n ? [a * -d, b * -c] : [a * d, b * c];
}

/** By the text of the quotient: long division to 18 places, which must leave nothing. */
function asText(fraction: Fraction): string {
  if (fraction === null) return "value_invalid";
  const [n, d] = fraction;
  const unit = 10n ** 18n;
  if ((n * unit) % d !== 0n) return "value_too_long";
  const whole = ((n < 0n ? -n : n) * unit) / d;
  const text = `${whole / unit}.${String(whole % unit).padStart(18, "0")}`.replace(/\.?0+$/, "");
  if (text.replace(/^0\.0*|\./g, "").length > 38) return "value_too_long";
  return n < 0n ? `-${text}` : text;
}

/** Of `text + 0`, since a number is what the other reading gives. */
function ours(text: string): string {
  const parsed = parseExpression(`${text} + 0`);
  if (!parsed.ok) return parsed.error.detail;
  const result = evaluate(parsed.value, properties);
  if (!result.ok) return result.error.code;
  return typeof result.value === "object" ? decimalText(result.value) : String(result.value);
}

const operands = fc.constantFrom(...OPERANDS);
const operators = fc.constantFrom("+", "-", "*", "/");

/** An operand, then operators with operands, without parentheses. */
const chains = fc.tuple(operands, fc.array(fc.tuple(operators, operands), { maxLength: 7 }));

/** First all products from the left, then all sums from the left: the rule as it is taught. */
function byTwoPasses([first, rest]: readonly [
  readonly [string, Fraction],
  readonly (readonly [string, readonly [string, Fraction]])[],
]): Fraction {
  const terms: [string, Fraction][] = [["+", first[1]]];
  for (const [operator, [, value]] of rest) {
    const last = terms.at(-1);
    if (last === undefined || operator === "+" || operator === "-") terms.push([operator, value]);
    else last[1] = combine(operator, last[1], value);
  }
  return terms.reduce<Fraction>((sum, [operator, value]) => combine(operator, sum, value), [0n, 1n]);
}

type Node = { readonly text: string; readonly value: Fraction };

const trees = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    operands.map(([text, value]) => ({ text, value })),
    fc.tuple(tie("node"), operators, tie("node")).map(([l, operator, r]) => ({
      text: `(${l.text} ${operator} ${r.text})`,
      value: combine(operator, l.value, r.value),
    })),
    tie("node").map(({ text, value }) => ({ text: `-(${text})`, value: value && ([-value[0], value[1]] as const) })),
    fc.tuple(tie("node"), tie("node")).map(([l, r]) => ({ text: `max(${l.text}, ${r.text})`, value: higher(l.value, r.value) })),
    fc.tuple(tie("node"), tie("node")).map(([l, r]) => ({
      text: `if(${l.text} < ${r.text}, ${l.text}, ${r.text})`,
      value: negate(higher(negate(l.value), negate(r.value))),
    })),
    tie("node").map(({ text, value }) => ({ text: `floor(${text})`, value: value && ([euclid(value), 1n] as const) })),
    tie("node").map(({ text, value }) => ({ text: `ceil(${text})`, value: negate(value && [euclid([-value[0], value[1]]), 1n]) })),
  ),
})).node;

function higher(a: Fraction, b: Fraction): Fraction {
  if (a === null || b === null) return null;
  return a[0] * b[1] >= b[0] * a[1] ? a : b;
}

function negate(a: Fraction): Fraction {
  return a && [-a[0], a[1]];
}

function euclid([n, d]: readonly [bigint, bigint]): bigint {
  return (n - (((n % d) + d) % d)) / d;
}

describe("expressions agree with another reading of them", () => {
  it("in precedence and association, without parentheses", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const text = [chain[0][0], ...chain[1].map(([operator, [name]]) => `${operator} ${name}`)].join(" ");
        expect(ours(text)).toBe(asText(byTwoPasses(chain)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("in exact value, for any tree", () => {
    fc.assert(
      fc.property(trees, ({ text, value }) => {
        fc.pre(text.length <= 1_000);
        expect(ours(text)).toBe(asText(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it("and any other text is refused with a column inside it or just after", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab1.+-*/(),'\"`<=! &if")), maxLength: 30 }), (text) => {
        const parsed = parseExpression(text);
        if (parsed.ok) return;
        const column = Number(/^Column (\d+): /.exec(parsed.error.detail)?.[1]);
        expect(column >= 1 && column <= text.length + 1).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
