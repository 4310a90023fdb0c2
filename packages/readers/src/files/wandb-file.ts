import { crc32 } from "node:zlib";
import { wireFields, type WireField } from "./protobuf-wire.ts";
import { parsePythonJson } from "./python-json.ts";

/** Entries of one history row or of the configuration, names of nested keys joined by `.`. */
export type WandbItems = Readonly<Record<string, unknown>>;

/** What a `.wandb` file holds. */
export interface WandbFile {
  readonly history: readonly WandbItems[];
  readonly config: WandbItems;
  /** Exit code of the process; undefined while it runs, or after a crash. */
  readonly exitCode: number | undefined;
  readonly displayName: string | undefined;
  /** Damaged chunks that were passed over. */
  readonly nDamaged: number;
}

const blockBytes = 32_768;
const headerBytes = 7;
const chunkHeaderBytes = 7;
const chunk = { whole: 1, first: 2, middle: 3, last: 4 } as const;

/** Whether bytes begin like a `.wandb` file. */
export function isWandbFile(head: Uint8Array): boolean {
  return head[0] === 0x3a && head[1] === 0x57 && head[2] === 0x26 && head[3] === 0x42;
}

/** The records of the block-structured log, whole again; a damaged chunk costs the rest of its block. */
function recordsOf(bytes: Uint8Array): { records: Uint8Array[]; nDamaged: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  let nDamaged = 0;
  for (let at = headerBytes; at < bytes.length;) {
    const blockEnd = (Math.floor(at / blockBytes) + 1) * blockBytes;
    if (blockEnd - at < chunkHeaderBytes) {
      at = blockEnd;
      continue;
    }
    if (at + chunkHeaderBytes > bytes.length) break;
    const [length, type] = [view.getUint16(at + 4, true), bytes[at + 6]!];
    const end = at + chunkHeaderBytes + length;
    if (end > bytes.length && end <= blockEnd) break;
    if (end > blockEnd || crc32(bytes.subarray(at + 6, end)) !== view.getUint32(at, true)) {
      if (bytes.subarray(at, Math.min(blockEnd, bytes.length)).some((byte) => byte !== 0)) nDamaged += 1;
      parts = [];
      at = blockEnd;
      continue;
    }
    const data = bytes.subarray(at + chunkHeaderBytes, end);
    if (type === chunk.whole) records.push(data);
    else if (type === chunk.first) parts = [data];
    else if (parts.length > 0) parts.push(data);
    if (type === chunk.last && parts.length > 1) records.push(Buffer.concat(parts));
    at = end;
  }
  return { records, nDamaged };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function parsed(json: string): unknown {
  try {
    return parsePythonJson(json);
  } catch {
    return undefined; // A value that is no JSON is no number: the row's other values stand.
  }
}

/** One item: `key` in older files, `nested_key` in newer ones, and its value as JSON. */
function readItem(bytes: Uint8Array): [string, unknown] | undefined {
  let key = "";
  const nested: string[] = [];
  let value: unknown;
  for (const field of wireFields(bytes)) {
    if (field.type !== 2) continue;
    if (field.number === 1) key = text(field.bytes);
    else if (field.number === 2) nested.push(text(field.bytes));
    else if (field.number === 16) value = parsed(text(field.bytes));
  }
  const name = key !== "" ? key : nested.join(".");
  return name === "" ? undefined : [name, value];
}

const itemsIn = (bytes: Uint8Array): [string, unknown][] =>
  [...wireFields(bytes)]
    .filter((field) => field.number === 1 && field.type === 2)
    .map((field) => readItem(field.bytes))
    .filter((item) => item !== undefined);

/** A history row: its items, and `_step` from the step message where no item says it. */
function historyRow(bytes: Uint8Array): WandbItems {
  const row = Object.fromEntries(itemsIn(bytes));
  const step = [...wireFields(bytes)].find((field) => field.number === 2 && field.type === 2);
  const number =
    step === undefined ? undefined : [...wireFields(step.bytes)].find((field) => field.number === 1)?.value;
  return number === undefined || "_step" in row ? row : { ...row, _step: number };
}

interface Mutable {
  history: WandbItems[];
  config: Record<string, unknown>;
  exitCode: number | undefined;
  displayName: string | undefined;
  startingStep: number;
}

const record = { history: 2, config: 5, run: 17, exit: 18 } as const;
const runField = { config: 4, displayName: 8, startingStep: 14 } as const;

function readRun(bytes: Uint8Array, file: Mutable): void {
  for (const field of wireFields(bytes)) {
    if (field.number === runField.config && field.type === 2)
      Object.assign(file.config, Object.fromEntries(itemsIn(field.bytes)));
    else if (field.number === runField.displayName && field.type === 2) file.displayName = text(field.bytes);
    else if (field.number === runField.startingStep && field.type === 0) file.startingStep = field.value;
  }
}

function readRecord(field: WireField, file: Mutable): void {
  if (field.type !== 2) return;
  if (field.number === record.history) {
    const row = historyRow(field.bytes);
    file.history.push("_step" in row ? row : { ...row, _step: file.startingStep + file.history.length });
  } else if (field.number === record.config)
    Object.assign(file.config, Object.fromEntries(itemsIn(field.bytes)));
  else if (field.number === record.run) readRun(field.bytes, file);
  else if (field.number === record.exit) {
    file.exitCode = [...wireFields(field.bytes)].find(({ number }) => number === 1)?.value ?? 0;
  }
}

/**
 * Reads history, configuration and exit code of a `.wandb` file. Rows without a step are counted from the run's
 * starting step. A damaged chunk is counted and reading goes on at the next block; a short tail is a live file.
 */
export function readWandbFile(bytes: Uint8Array): WandbFile {
  const { records, nDamaged } = recordsOf(bytes);
  const file: Mutable = {
    history: [],
    config: {},
    exitCode: undefined,
    displayName: undefined,
    startingStep: 0,
  };
  let nBroken = 0;
  for (const data of records) {
    try {
      for (const field of wireFields(data)) readRecord(field, file);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      nBroken += 1;
    }
  }
  const { history, config, exitCode, displayName } = file;
  return { history, config, exitCode, displayName, nDamaged: nDamaged + nBroken };
}
