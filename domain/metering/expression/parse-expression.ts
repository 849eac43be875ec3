import { comparisons, type Expression, type NumberFunction, numberFunctions } from "#domain/metering/expression/expression";
import { fromDecimal } from "#domain/metering/expression/rational";
import { type Token, tokensOf } from "#domain/metering/expression/tokens";
import { USAGE_LIMITS } from "#domain/metering/property";
import { parseDecimal } from "#domain/money/decimal";
import { ok, refuse, type Result } from "#domain/result";

export const EXPRESSION_LENGTH_MAX = 1_000;
const DEPTH_MAX = 32;
const NAME_LENGTH_MAX = 255;
const FUNCTIONS = [...Object.keys(numberFunctions), "round", "if", "exists", "coalesce"];
const RESERVED = new Set(["and", "or", "not", "true", "false"]);
const OPERATORS = new Map<string, (typeof comparisons)[number]>([["==", "="], ...comparisons.map((sign) => [sign, sign] as const)]);

/** Reads an expression by the grammar of `Expression`. A refusal names the column and what was expected there. */
export function parseExpression(text: string): Result<Expression, "invalid_expression"> {
  if (text.length > EXPRESSION_LENGTH_MAX)
    return refuse("invalid_expression", `Column ${EXPRESSION_LENGTH_MAX + 1}: an expression has at most 1,000 characters.`);
  try {
    return ok(new Parser(tokensOf(text)).whole());
  } catch (problem) {
    if (problem instanceof Unexpected) return refuse("invalid_expression", problem.message);
    throw problem;
  }
}

/** Leaves the descent from any depth; it never leaves this file. */
class Unexpected extends Error {
  constructor(token: Token, expected: string) {
    super(`Column ${token.column}: expected ${expected}, found ${token.kind === "end" ? "the end" : `"${token.text}"`}.`);
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#or();
    if (this.#next.kind !== "end") throw new Unexpected(this.#next, "an operator or the end");
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#takeWord("and")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    return this.#takeWord("not") ? this.#deeper(() => ({ kind: "not", operand: this.#not() })) : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#sum();
    const operator = this.#next.kind === "symbol" ? OPERATORS.get(this.#next.text) : undefined;
    if (operator === undefined) return left;
    this.#place += 1;
    return { kind: "compare", operator, left, right: this.#sum() };
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = this.#takeSymbol("+") ? "+" : this.#takeSymbol("-") ? "-" : null;
      if (operator === null) return left;
      left = { kind: "arithmetic", operator, left, right: this.#product() };
    }
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#takeSymbol("*") ? "*" : this.#takeSymbol("/") ? "/" : null;
      if (operator === null) return left;
      left = { kind: "arithmetic", operator, left, right: this.#unary() };
    }
  }

  #unary(): Expression {
    return this.#takeSymbol("-") ? this.#deeper(() => ({ kind: "negate", operand: this.#unary() })) : this.#primary();
  }

  #primary(): Expression {
    const token = this.#next;
    if (token.kind === "text") {
      this.#place += 1;
      return { kind: "text", value: token.text };
    }
    if (token.kind === "number") return this.#number();
    if (token.kind === "quoted") return { kind: "property", name: this.#property() };
    if (token.kind === "name" && !RESERVED.has(token.text)) {
      const isCall = this.#tokens[this.#place + 1]?.text === "(" && this.#tokens[this.#place + 1]?.kind === "symbol";
      return isCall ? this.#deeper(() => this.#function()) : { kind: "property", name: this.#property() };
    }
    for (const value of [true, false]) if (this.#takeWord(String(value))) return { kind: "boolean", value };
    if (!this.#takeSymbol("(")) throw new Unexpected(token, "a number, a text, a property, a function or (");
    return this.#deeper(() => {
      const inner = this.#or();
      this.#expectSymbol(")", "an operator or )");
      return inner;
    });
  }

  #number(): Expression {
    const token = this.#next;
    const value = parseDecimal(token.text, USAGE_LIMITS);
    if (typeof value === "string")
      throw new Unexpected(token, "a number without leading zeros, of at most 38 digits, 18 of them after the point");
    this.#place += 1;
    return { kind: "number", value: fromDecimal(value) };
  }

  #property(): string {
    const token = this.#next;
    const isName = token.kind === "quoted" || (token.kind === "name" && !RESERVED.has(token.text));
    if (!isName || token.text === "" || token.text.length > NAME_LENGTH_MAX)
      throw new Unexpected(token, `a property's name of 1 to ${NAME_LENGTH_MAX} characters`);
    this.#place += 1;
    return token.text;
  }

  #function(): Expression {
    const token = this.#next;
    if (!FUNCTIONS.includes(token.text)) throw new Unexpected(token, `a function (${FUNCTIONS.join(", ")})`);
    this.#place += 2;
    if (token.text === "exists") {
      const name = this.#property();
      this.#expectSymbol(")", ")");
      return { kind: "exists", name };
    }
    if (token.text === "round") return this.#round();
    if (token.text === "if") {
      const [condition, chosen, otherwise] = [this.#or(), this.#afterComma(), this.#afterComma()];
      this.#expectSymbol(")", "an operator or )");
      return { kind: "if", condition, chosen, otherwise };
    }
    if (token.text === "coalesce") return { kind: "coalesce", parts: this.#parts(100) };
    const name = token.text as NumberFunction;
    return { kind: "function", name, parts: this.#parts(numberFunctions[name][1]) };
  }

  #round(): Expression {
    const operand = this.#or();
    let places = 0;
    if (this.#takeSymbol(",")) {
      const token = this.#next;
      places = token.kind === "number" && /^\d{1,2}$/.test(token.text) ? Number(token.text) : Infinity;
      if (places > USAGE_LIMITS.fraction) throw new Unexpected(token, `a whole number of places from 0 to ${USAGE_LIMITS.fraction}`);
      this.#place += 1;
    }
    this.#expectSymbol(")", "an operator, a comma or )");
    return { kind: "round", operand, places };
  }

  #parts(most: number): Expression[] {
    const parts = [this.#or()];
    while (parts.length < most && this.#takeSymbol(",")) parts.push(this.#or());
    this.#expectSymbol(")", parts.length < most ? "an operator, a comma or )" : "an operator or )");
    return parts;
  }

  #afterComma(): Expression {
    this.#expectSymbol(",", "an operator or a comma");
    return this.#or();
  }

  #deeper(read: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new Unexpected(this.#next, `at most ${DEPTH_MAX} levels`);
    const expression = read();
    this.#depth -= 1;
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#place] ?? { kind: "end", text: "", column: 1 };
  }

  #takeSymbol(symbol: string): boolean {
    if (this.#next.kind !== "symbol" || this.#next.text !== symbol) return false;
    this.#place += 1;
    return true;
  }

  #takeWord(word: string): boolean {
    if (this.#next.kind !== "name" || this.#next.text !== word) return false;
    this.#place += 1;
    return true;
  }

  #expectSymbol(symbol: string, expected: string): void {
    if (!this.#takeSymbol(symbol)) throw new Unexpected(this.#next, expected);
  }
}
