/**
 * What a pickle describes instead of a plain value: an object or a call of Python. It is only named, never made.
 */
export interface PickledObject {
  /** Module and name of the class or function, e.g. `transformers.trainer_utils SchedulerType`. */
  readonly global: string;
  /** What it would be called with. */
  readonly args: readonly unknown[];
  /** The attributes that it would be given. */
  readonly state: Map<string, unknown>;
}

const maxBytes = 1 << 20;
const maxOpcodes = 200_000;

const mark = Symbol("mark");

const isObject = (value: unknown): value is PickledObject =>
  typeof value === "object" && value !== null && "global" in value && "state" in value;

/** Reads the bytes of a pickle in order. */
class Bytes {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.bytes.length) throw new RangeError("the pickle ends early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2, true);
  }

  int32(): number {
    this.take(4);
    return this.view.getInt32(this.at - 4, true);
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** A length of eight bytes; what is beyond the bound is refused by `take`. */
  uint64(): number {
    this.take(8);
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  float64(): number {
    this.take(8);
    return this.view.getFloat64(this.at - 8, false);
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new RangeError("the pickle ends early");
    const text = new TextDecoder().decode(this.take(end - this.at));
    this.take(1);
    return text;
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }
}

/** A whole number of few bytes, little-endian in two's complement. */
function longOf(bytes: Uint8Array): number {
  if (bytes.length > 8) throw new RangeError("a whole number is too long");
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index);
  return Number(BigInt.asIntN(Math.max(8, 8 * bytes.length), value));
}

/** The stack machine of the pickle format, for those opcodes that build plain data or name an object. */
class Machine {
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private readonly input: Bytes;

  constructor(input: Bytes) {
    this.input = input;
  }

  run(): unknown {
    for (let count = 0; count < maxOpcodes; count += 1) {
      const opcode = String.fromCharCode(this.input.uint8());
      if (opcode === ".") return this.pop();
      const step = this.steps.get(opcode);
      if (step === undefined) throw new RangeError(`opcode ${JSON.stringify(opcode)} is not read`);
      step();
    }
    throw new RangeError("the pickle is too long");
  }

  private push(value: unknown): void {
    this.stack.push(value);
  }

  private pop(): unknown {
    const value = this.stack.pop();
    // None is null: undefined is an empty stack.
    if (value === mark || value === undefined) throw new RangeError("the pickle is damaged");
    return value;
  }

  private popToMark(): unknown[] {
    const from = this.stack.lastIndexOf(mark);
    if (from < 0) throw new RangeError("the pickle is damaged");
    return this.stack.splice(from).slice(1);
  }

  private peek(): unknown {
    return this.stack.at(-1);
  }

  private remember(place: number): void {
    this.memo.set(place, this.peek());
  }

  private recall(place: number): void {
    if (!this.memo.has(place)) throw new RangeError("the pickle is damaged");
    this.push(this.memo.get(place));
  }

  /** Names an object; `args` are what it would be made with. */
  private describe(callee: unknown, args: unknown): void {
    const list = Array.isArray(args) ? (args as unknown[]) : [];
    const global = isObject(callee) ? callee.global : "";
    this.push({ global, args: list, state: new Map() } satisfies PickledObject);
  }

  private setItems(pairs: readonly unknown[]): void {
    const target = this.peek();
    const entries = target instanceof Map ? target : isObject(target) ? target.state : undefined;
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const key = pairs[at];
      if (typeof key === "string") entries?.set(key, pairs[at + 1]);
    }
  }

  private append(values: readonly unknown[]): void {
    const target = this.peek();
    if (Array.isArray(target)) target.push(...values);
  }

  private build(): void {
    const state = this.pop();
    const target = this.peek();
    const parts = Array.isArray(state) ? (state as unknown[]) : [state];
    if (!isObject(target)) return;
    for (const part of parts)
      if (part instanceof Map) for (const [key, value] of part) target.state.set(String(key), value);
  }

  private name(module: unknown, name: unknown): void {
    this.push({
      global: `${String(module)} ${String(name)}`,
      args: [],
      state: new Map(),
    } satisfies PickledObject);
  }

  private tuple(length: number): void {
    if (this.stack.length < length) throw new RangeError("the pickle is damaged");
    this.push(this.stack.splice(this.stack.length - length));
  }

  private readonly steps: ReadonlyMap<string, () => void> = new Map<string, () => void>([
    ["\x80", () => void this.input.uint8()],
    ["\x95", () => void this.input.uint64()],
    ["(", () => this.push(mark)],
    ["0", () => void this.pop()],
    ["1", () => void this.popToMark()],
    ["2", () => this.push(this.peek())],
    ["N", () => this.push(null)],
    ["\x88", () => this.push(true)],
    ["\x89", () => this.push(false)],
    ["J", () => this.push(this.input.int32())],
    ["K", () => this.push(this.input.uint8())],
    ["M", () => this.push(this.input.uint16())],
    ["G", () => this.push(this.input.float64())],
    ["\x8a", () => this.push(longOf(this.input.take(this.input.uint8())))],
    ["X", () => this.push(this.input.text(this.input.uint32()))],
    ["\x8c", () => this.push(this.input.text(this.input.uint8()))],
    ["\x8d", () => this.push(this.input.text(this.input.uint64()))],
    ["C", () => this.push(this.input.take(this.input.uint8()))],
    ["B", () => this.push(this.input.take(this.input.uint32()))],
    ["}", () => this.push(new Map())],
    ["]", () => this.push([])],
    [")", () => this.push([])],
    ["\x8f", () => this.push([])],
    ["\x85", () => this.tuple(1)],
    ["\x86", () => this.tuple(2)],
    ["\x87", () => this.tuple(3)],
    ["t", () => this.push(this.popToMark())],
    ["l", () => this.push(this.popToMark())],
    [
      "d",
      () => {
        const pairs = this.popToMark();
        this.push(new Map());
        this.setItems(pairs);
      },
    ],
    ["u", () => this.setItems(this.popToMark())],
    [
      "s",
      () => {
        const value = this.pop();
        this.setItems([this.pop(), value]);
      },
    ],
    ["e", () => this.append(this.popToMark())],
    ["\x90", () => this.append(this.popToMark())],
    ["a", () => this.append([this.pop()])],
    ["q", () => this.remember(this.input.uint8())],
    ["r", () => this.remember(this.input.uint32())],
    ["\x94", () => this.remember(this.memo.size)],
    ["h", () => this.recall(this.input.uint8())],
    ["j", () => this.recall(this.input.uint32())],
    ["c", () => this.name(this.input.line(), this.input.line())],
    [
      "\x93",
      () => {
        const name = this.pop();
        this.name(this.pop(), name);
      },
    ],
    [
      "R",
      () => {
        const args = this.pop();
        this.describe(this.pop(), args);
      },
    ],
    [
      "\x81",
      () => {
        const args = this.pop();
        this.describe(this.pop(), args);
      },
    ],
    ["b", () => this.build()],
  ]);
}

/**
 * Reads what a Python pickle describes, as data: plain values, and objects by the name of their class. Nothing is
 * imported, called or made. Opcodes outside this list, references to other storage and pickles beyond the bounds are
 * refused.
 *
 * @param bytes - the pickle, at most 1 MiB
 * @throws {RangeError} when the pickle is damaged, too long, or holds an opcode that is not read
 */
export function readPickle(bytes: Uint8Array): unknown {
  if (bytes.length > maxBytes) throw new RangeError("the pickle is too long");
  return new Machine(new Bytes(bytes)).run();
}

/**
 * The attributes of a pickled object that are plain: numbers, texts, booleans, and members of enumerations by their
 * value.
 *
 * @param value - as `readPickle` gives it
 * @returns `undefined` where the value is no object with attributes
 */
export function plainAttributes(
  value: unknown,
): { name: string; attributes: Map<string, unknown> } | undefined {
  if (!isObject(value) || value.state.size === 0) return undefined;
  const attributes = new Map<string, unknown>();
  for (const [key, entry] of value.state) {
    const member = isObject(entry) && entry.args.length === 1 ? entry.args[0] : entry;
    if (["number", "string", "boolean"].includes(typeof member)) attributes.set(key, member);
  }
  return { name: value.global, attributes };
}
