import { consoleNumber } from "../consoles/console-number.ts";

const deepest = 100;

/** A failure to read a literal at a place; only `parsePythonLiteral` sees it. */
class NoLiteral extends Error {}

/** Reads one Python literal from a text: numbers, texts, lists, tuples, dictionaries, `None`, `True`, calls around a number. */
class LiteralScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) throw new NoLiteral();
    return value;
  }

  #blanks(): void {
    while (this.#at < this.#text.length && " \t\r\n".includes(this.#text[this.#at]!)) this.#at += 1;
  }

  #takes(mark: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #value(depth: number): unknown {
    if (depth > deepest) throw new NoLiteral();
    this.#blanks();
    const first = this.#text[this.#at];
    if (first === "[" || first === "(") return this.#list(first === "[" ? "]" : ")", depth);
    if (first === "{") return this.#dictionary(depth);
    if (first === "'" || first === '"') return this.#quoted(first);
    return this.#word(depth);
  }

  #list(closing: string, depth: number): unknown[] {
    this.#at += 1;
    const values: unknown[] = [];
    while (!this.#takes(closing)) {
      values.push(this.#value(depth + 1));
      if (!this.#takes(",") && this.#text[this.#at] !== closing) throw new NoLiteral();
    }
    return values;
  }

  #dictionary(depth: number): Record<string, unknown> {
    this.#at += 1;
    const pairs: [string, unknown][] = [];
    while (!this.#takes("}")) {
      const key = this.#value(depth + 1);
      if (!this.#takes(":")) throw new NoLiteral();
      pairs.push([String(key), this.#value(depth + 1)]);
      if (!this.#takes(",") && this.#text[this.#at] !== "}") throw new NoLiteral();
    }
    return Object.fromEntries(pairs);
  }

  #quoted(mark: string): string {
    const pieces: string[] = [];
    let from = this.#at + 1;
    for (let at = from; at < this.#text.length; at += 1) {
      if (this.#text[at] === "\\") {
        pieces.push(this.#text.slice(from, at), this.#text[at + 1] ?? "");
        at += 1;
        from = at + 1;
      } else if (this.#text[at] === mark) {
        this.#at = at + 1;
        return pieces.join("") + this.#text.slice(from, at);
      }
    }
    throw new NoLiteral();
  }

  /** The first argument of a call; others, such as `device='cuda:0'`, are passed over. */
  #called(depth: number): unknown {
    const value = this.#value(depth + 1);
    const closing = this.#text.indexOf(")", this.#at);
    if (closing < 0) throw new NoLiteral();
    this.#at = closing + 1;
    return value;
  }

  /** A number, `None`, `True`, or a call such as `np.float64(0.5)` and `tensor(0.5)`, which is what stands in it. */
  #word(depth: number): unknown {
    const from = this.#at;
    while (this.#at < this.#text.length && /[\w.+-]/.test(this.#text[this.#at]!)) this.#at += 1;
    const word = this.#text.slice(from, this.#at);
    if (word === "") throw new NoLiteral();
    if (this.#takes("(")) return this.#called(depth);
    if (word === "None") return null;
    if (word === "True" || word === "False") return word === "True";
    const number = consoleNumber(word);
    if (number === undefined) throw new NoLiteral();
    return number;
  }
}

/**
 * The value of a Python literal, as `print` or `repr` writes it; nothing is executed.
 *
 * @returns `undefined` where the text is no complete literal, or is nested more than 100 deep
 * @example parsePythonLiteral("[{'loss': 1.5}]") // [{ loss: 1.5 }]
 */
export function parsePythonLiteral(text: string): unknown {
  try {
    return new LiteralScanner(text).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}
