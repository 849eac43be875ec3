import type { Rational } from "#domain/metering/expression/rational";

export const comparisons = ["=", "!=", "<", "<=", ">", ">="] as const;
export type Comparison = (typeof comparisons)[number];

/** Functions of numbers, with the least and the greatest count of arguments. */
export const numberFunctions = { min: [1, 100], max: [1, 100], ceil: [1, 1], floor: [1, 1], abs: [1, 1] } as const;
export type NumberFunction = keyof typeof numberFunctions;

/**
 * A parsed expression. Its grammar, with the tightest binding last:
 *
 *     expression = and { "or" and }
 *     and        = not { "and" not }
 *     not        = "not" not | comparison
 *     comparison = sum [ ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum ]
 *     sum        = product { ( "+" | "-" ) product }
 *     product    = unary { ( "*" | "/" ) unary }
 *     unary      = "-" unary | primary
 *     primary    = number | text | "true" | "false" | property | function | "(" expression ")"
 *     number     = digits [ "." digits ]
 *     text       = "'" characters "'" | '"' characters '"'
 *     property   = a letter or "_", then letters, digits, "_" and "." | "`" characters "`"
 *     function   = ( "min" | "max" | "coalesce" ) "(" expression { "," expression } ")"
 *                | ( "ceil" | "floor" | "abs" ) "(" expression ")"
 *                | "round" "(" expression [ "," places ] ")"
 *                | "if" "(" expression "," expression "," expression ")"
 *                | "exists" "(" property ")"
 */
export type Expression =
  | { readonly kind: "number"; readonly value: Rational }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "property" | "exists"; readonly name: string }
  | { readonly kind: "negate" | "not"; readonly operand: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "compare"; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "arithmetic"; readonly operator: "+" | "-" | "*" | "/"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "function"; readonly name: NumberFunction; readonly parts: readonly Expression[] }
  | { readonly kind: "round"; readonly operand: Expression; readonly places: number }
  | { readonly kind: "if"; readonly condition: Expression; readonly chosen: Expression; readonly otherwise: Expression }
  | { readonly kind: "coalesce"; readonly parts: readonly Expression[] };
