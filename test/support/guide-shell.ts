import type { Api } from "#test/support/api";

/** A call of a guide: `post PATH BODY`, `get PATH name=value …`, or `NAME=$(post PATH BODY | id)`. */
const CALL =
  /(?:(?<name>[A-Z]+)=\$\()?(?<verb>post|get) (?<words>(?:'[^']*'|"[^"]*"|\\\n|[^'"\n>|])+)(?:\| id\))?(?<silent>>\/dev\/null)?\n?/gy;
const WORD = /'(?<raw>[^']*)'|"(?<quoted>[^"]*)"|(?<bare>[^\s'"\\]+)/g;

/** The shell of a guide, as far as guides use it, over the API of a test. */
export class GuideShell {
  readonly #api: Api;
  readonly #names = new Map<string, string>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Runs the calls of a block and answers what they print. */
  async run(block: string): Promise<string> {
    const printed: string[] = [];
    let read = 0;
    for (const { 0: text, groups = {} } of block.matchAll(CALL)) {
      read += text.length;
      const [where = "", ...rest] = this.#words(groups["words"] ?? "");
      const answer = await (groups["verb"] === "post" ? this.#post(where, rest[0] ?? "") : this.#get(where, rest));
      const name = groups["name"];
      if (name !== undefined) this.#names.set(name, (JSON.parse(answer) as { id: string }).id);
      else if (groups["silent"] === undefined) printed.push(answer);
    }
    if (read !== block.length) throw new Error(`not understood: ${block.slice(read)}`);
    return printed.join("\n");
  }

  #words(text: string): string[] {
    return [...text.matchAll(WORD)].map(({ groups = {} }) => {
      const { raw, quoted, bare } = groups;
      return raw ?? (quoted ?? bare ?? "").replaceAll(/\$([A-Z]+)/g, (_, name: string) => this.#names.get(name) ?? "");
    });
  }

  async #post(where: string, body: string): Promise<string> {
    const { body: answer } = await this.#api.answer("POST", where, body === "" ? undefined : JSON.parse(body));
    return JSON.stringify(answer);
  }

  async #get(where: string, parts: readonly string[]): Promise<string> {
    const query = new URLSearchParams(parts.map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
    const { body: answer } = await this.#api.answer("GET", `${where}?${query.toString()}`);
    return typeof answer === "string" ? answer : JSON.stringify(answer);
  }
}
