import type { Random } from "@stopwise/core/random";

/** What stands in damaged and hostile files: numbers beyond any scale, names of built-in properties, deep nesting. */
const tokens: readonly string[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", '"__proto__": {"polluted": 1},', "\u0000"],
  ...[
    "NaN",
    "Infinity",
    "-Infinity",
    "nan",
    "1e999",
    "-1",
    "1e-320",
    "0x1f",
    "9".repeat(400),
    "0.".repeat(80),
  ],
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ",",
    ";",
    "\t",
    "|",
    ":",
    "=",
    "\n",
    "\r\n",
    "\r",
    "\uFEFF",
    "\u001b[31m",
  ],
  ...[
    "[".repeat(3000),
    "(".repeat(3000),
    " ".repeat(3000),
    "\n".repeat(500),
    "a".repeat(5000),
    "-".repeat(3000),
  ],
  ...[
    "step",
    "epoch",
    "eval_loss",
    "val_accuracy",
    "global_step: 3",
    "Epoch 1/3",
    "step 5/10",
    "<table>",
    "é",
    "\ud83d",
  ],
];

type Damage = (bytes: Buffer, random: Random) => Buffer;

const below = (limit: number, random: Random): number => Math.floor(random() * Math.max(limit, 1));

function rangeOf(bytes: Buffer, random: Random): [number, number] {
  const from = below(bytes.length, random);
  return [from, Math.min(bytes.length, from + 1 + below(random() < 0.5 ? 4 : 200, random))];
}

const inserted = (bytes: Buffer, at: number, piece: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);

const changeByte: Damage = (bytes, random) => {
  const changed = Buffer.from(bytes);
  if (changed.length > 0) changed[below(changed.length, random)] = below(256, random);
  return changed;
};

const changeDigit: Damage = (bytes, random) => {
  const from = below(bytes.length, random);
  const at = bytes.findIndex((byte, index) => index >= from && byte >= 0x30 && byte <= 0x39);
  const changed = Buffer.from(bytes);
  if (at >= 0) changed[at] = 0x30 + below(10, random);
  return changed;
};

const remove: Damage = (bytes, random) => {
  const [from, to] = rangeOf(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const repeat: Damage = (bytes, random) => {
  const [from, to] = rangeOf(bytes, random);
  return inserted(bytes, to, bytes.subarray(from, to));
};

const insertToken: Damage = (bytes, random) =>
  inserted(bytes, below(bytes.length + 1, random), Buffer.from(tokens[below(tokens.length, random)]!));

const swapLines: Damage = (bytes, random) => {
  const lines = bytes.toString("latin1").split("\n");
  const [left, right] = [below(lines.length, random), below(lines.length, random)];
  [lines[left], lines[right]] = [lines[right]!, lines[left]!];
  return Buffer.from(lines.join("\n"), "latin1");
};

const cut: Damage = (bytes, random) => bytes.subarray(0, below(bytes.length, random));

const damages: readonly Damage[] = [
  changeByte,
  changeDigit,
  remove,
  repeat,
  insertToken,
  insertToken,
  swapLines,
  cut,
];

/** The bytes with one to four damages of random kinds. */
export function damaged(bytes: Uint8Array, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let count = 1 + below(4, random); count > 0; count -= 1)
    result = Buffer.from(damages[below(damages.length, random)]!(result, random));
  return result;
}

/** The beginning of a file. */
export const truncated = (bytes: Uint8Array, random: Random): Buffer =>
  Buffer.from(bytes.subarray(0, below(bytes.length, random)));
