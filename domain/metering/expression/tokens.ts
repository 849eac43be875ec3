/** A piece of an expression and the column, from 1, where it begins. Columns count as editors of code do, in UTF-16 units. */
export type Token = {
  readonly kind: "number" | "text" | "name" | "quoted" | "symbol" | "end" | "unknown";
  readonly text: string;
  readonly column: number;
};

const SPACE = /\s*/y;
const FORMS = [
  ["number", /\d+(?:\.\d+)?/y],
  ["name", /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)*/uy],
  ["quoted", /`[^`]*`/y],
  ["text", /'[^']*'|"[^"]*"/y],
  ["symbol", /==|!=|<=|>=|[-+*/=<>(),]/y],
] as const;

/** Cuts a text into tokens; the last is the end, or the first character that begins none. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const token = tokenAt(text, at);
    tokens.push(token);
    if (token.kind === "unknown") return tokens;
    at += token.kind === "text" || token.kind === "quoted" ? token.text.length + 2 : token.text.length;
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, form] of FORMS) {
    form.lastIndex = at;
    const found = form.exec(text)?.[0];
    if (found !== undefined) return { kind, text: kind === "text" || kind === "quoted" ? found.slice(1, -1) : found, column: at + 1 };
  }
  return { kind: "unknown", text: String.fromCodePoint(text.codePointAt(at) ?? 0), column: at + 1 };
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
}
