import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";

/** A value as it stands in a call: a constant, or something that only running the file would tell. */
export interface PythonValue {
  /** Constant: number, text, boolean, null, or the keys of a dictionary of constant keys; undefined where unknown. */
  readonly value: unknown;
  readonly line: number;
  readonly range: readonly [number, number];
  /** The name, where it is a plain variable. */
  readonly name?: string;
  /** Calls inside it, such as the items of a list. */
  readonly calls: readonly PythonCall[];
  /** Plain variables inside it. */
  readonly names: readonly string[];
}

/** One call in a Python file. */
export interface PythonCall {
  /** As written: `keras.callbacks.EarlyStopping`. */
  readonly callee: string;
  /** Its last name: `EarlyStopping`. */
  readonly name: string;
  readonly line: number;
  readonly positional: readonly PythonValue[];
  readonly keywords: ReadonlyMap<string, PythonValue>;
  /** Whether `*args` or `**kwargs` bring arguments that cannot be seen. */
  readonly isOpen: boolean;
  /** The variable that it is assigned to. */
  readonly assignedTo?: string;
  /** Where it begins. */
  readonly from: number;
  /** Where another keyword argument can be added. */
  readonly end: number;
}

/** What a Python file calls and imports. */
export interface PythonFile {
  readonly calls: readonly PythonCall[];
  /** Modules and names that are imported, as written. */
  readonly imports: readonly string[];
}

const children = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
};

function unquoted(text: string): string | undefined {
  const match = /^[rRuU]?("""|'''|"|')([\s\S]*)\1$/.exec(text);
  return match === null || match[2]!.includes("\\") ? undefined : match[2];
}

class Reader {
  readonly #calls = new Map<number, PythonCall>();
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  /** 1-based, by halving. */
  lineOf(at: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  constant(node: SyntaxNode): unknown {
    const text = this.slice(node);
    if (node.name === "Number")
      return /^[\d._]+([eE][-+]?\d+)?$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
    if (node.name === "String") return unquoted(text);
    if (node.name === "Boolean") return text === "True";
    if (node.name === "None") return null;
    if (node.name === "UnaryExpression") {
      const inner = node.lastChild === null ? undefined : this.constant(node.lastChild);
      return text.startsWith("-") && typeof inner === "number" ? -inner : undefined;
    }
    if (node.name === "DictionaryExpression") return this.#keysOf(node);
    return undefined;
  }

  #keysOf(node: SyntaxNode): unknown {
    const keys: string[] = [];
    const all = children(node);
    for (const [k, child] of all.entries()) {
      if (child.name !== ":") continue;
      const key = all[k - 1] === undefined ? undefined : this.constant(all[k - 1]!);
      if (typeof key !== "string") return undefined;
      keys.push(key);
    }
    return keys;
  }

  valueOf(node: SyntaxNode): PythonValue {
    const calls: PythonCall[] = [];
    const names: string[] = [];
    const visit = (inner: SyntaxNode): void => {
      if (inner.name === "CallExpression") calls.push(this.callOf(inner));
      else if (inner.name === "VariableName") names.push(this.slice(inner));
      else children(inner).forEach(visit);
    };
    visit(node);
    return {
      value: this.constant(node),
      line: this.lineOf(node.from),
      range: [node.from, node.to],
      ...(node.name === "VariableName" ? { name: this.slice(node) } : {}),
      calls,
      names,
    };
  }

  /** A call; each is read once, however deep it stands in others. */
  callOf(node: SyntaxNode): PythonCall {
    const known = this.#calls.get(node.to);
    if (known !== undefined && node.from === known.from) return known;
    const call = this.#read(node);
    this.#calls.set(node.to, call);
    return call;
  }

  #read(node: SyntaxNode): PythonCall {
    const callee = node.firstChild === null ? "" : this.slice(node.firstChild);
    const list = node.getChild("ArgList");
    const positional: PythonValue[] = [];
    const keywords = new Map<string, PythonValue>();
    let isOpen = false;
    const args = list === null ? [] : children(list).filter(({ name }) => name !== "Comment");
    for (let k = 0; k < args.length; k++) {
      const arg = args[k]!;
      if ("(),".includes(arg.name)) continue;
      if (arg.name === "Ellipsis" || this.slice(arg) === "...") isOpen = true;
      else if (arg.name === "**" || arg.name === "*") {
        isOpen = true;
        k++;
      } else if (args[k + 1]?.name === "AssignOp" && args[k + 2] !== undefined) {
        keywords.set(this.slice(arg), this.valueOf(args[k + 2]!));
        k += 2;
      } else positional.push(this.valueOf(arg));
    }
    const assigned = node.parent?.name === "AssignStatement" ? node.parent.firstChild : null;
    const last = args.filter(({ name }) => !"(),".includes(name)).at(-1);
    return {
      callee,
      name: callee.split(".").at(-1)!,
      from: node.from,
      line: this.lineOf(node.from),
      positional,
      keywords,
      isOpen,
      ...(assigned?.name === "VariableName" ? { assignedTo: this.slice(assigned) } : {}),
      end: last?.to ?? (list === null ? node.to : list.from + 1),
    };
  }
}

/** Reads what a Python file calls, by parsing it; nothing of it is run. What cannot be parsed is left out. */
export function pythonFile(text: string): PythonFile {
  const reader = new Reader(text);
  const calls: PythonCall[] = [];
  const imports: string[] = [];
  parser.parse(text).iterate({
    enter: ({ node, name }) => {
      if (name === "CallExpression") calls.push(reader.callOf(node));
      else if (name === "ImportStatement") imports.push(reader.slice(node));
    },
  });
  return { calls, imports };
}
