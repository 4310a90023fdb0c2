import { crc32c, wireFields } from "./protobuf-wire.ts";

/** One scalar of an event file. */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly wallSeconds: number;
  readonly value: number;
}

/** What an event file holds. */
export interface EventFile {
  readonly scalars: readonly ScalarEvent[];
  /** Text summaries, such as a trainer's arguments, by tag. */
  readonly texts: ReadonlyMap<string, string>;
  /** Steps at which a session log marks a restart, with the number of scalars before it. */
  readonly restarts: readonly { readonly step: number; readonly nBefore: number }[];
  readonly firstWallSeconds: number;
  /** Where a record is damaged; undefined where the file is whole or merely cut. */
  readonly damagedAt: number | undefined;
}

const crcMask = 0xa282ead8;

/** TensorFlow's masked CRC: rotated right by 15 bits, plus a constant. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + crcMask) >>> 0;
}

interface MutableFile {
  scalars: ScalarEvent[];
  texts: Map<string, string>;
  restarts: { step: number; nBefore: number }[];
  firstWallSeconds: number;
  damagedAt: number | undefined;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The first number of raw tensor content, by the tensor's data type: float, double, int32, int64. */
function contentNumber(bytes: Uint8Array, dtype: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 1 && bytes.length >= 4) return view.getFloat32(0, true);
  if (dtype === 2 && bytes.length >= 8) return view.getFloat64(0, true);
  if (dtype === 3 && bytes.length >= 4) return view.getInt32(0, true);
  if (dtype === 9 && bytes.length >= 8) return Number(view.getBigInt64(0, true));
  return undefined;
}

/** First element of a repeated number, packed or not. */
function repeatedNumber(
  field: { type: number; value: number; bytes: Uint8Array },
  number: number,
): number | undefined {
  if (field.type !== 2) return field.value;
  if (field.bytes.length === 0) return undefined;
  if (number === 5) return contentNumber(field.bytes, 1);
  if (number === 6) return contentNumber(field.bytes, 2);
  const [first] = wireFields(Uint8Array.of(0x08, ...field.bytes.subarray(0, 10)));
  return first?.value;
}

/** A tensor's scalar or its text. */
function tensorValue(bytes: Uint8Array): { number?: number; text?: string } {
  let dtype = 0;
  let found: number | undefined;
  let words: string | undefined;
  for (const field of wireFields(bytes)) {
    if (field.number === 1) dtype = field.value;
    else if (field.number === 4) found ??= contentNumber(field.bytes, dtype);
    else if (field.number === 8 && field.type === 2) words ??= text(field.bytes);
    else if ([5, 6, 7, 10].includes(field.number)) found ??= repeatedNumber(field, field.number);
  }
  return { ...(found !== undefined && { number: found }), ...(words !== undefined && { text: words }) };
}

function pluginOf(metadata: Uint8Array): string {
  for (const data of wireFields(metadata)) {
    if (data.number !== 1) continue;
    for (const name of wireFields(data.bytes)) if (name.number === 1) return text(name.bytes);
  }
  return "";
}

function readValue(bytes: Uint8Array, at: { step: number; wallSeconds: number }, file: MutableFile): void {
  let [tag, plugin] = ["", ""];
  let simple: number | undefined;
  let tensor: { number?: number; text?: string } = {};
  for (const field of wireFields(bytes)) {
    if (field.number === 1) tag = text(field.bytes);
    else if (field.number === 2) simple = field.value;
    else if (field.number === 8) tensor = tensorValue(field.bytes);
    else if (field.number === 9) plugin = pluginOf(field.bytes);
  }
  const value = simple ?? (plugin === "" || plugin === "scalars" ? tensor.number : undefined);
  if (tensor.text !== undefined) file.texts.set(tag, tensor.text);
  else if (value !== undefined && tag !== "") file.scalars.push({ tag, ...at, value });
}

const sessionStart = 1;

function readEvent(bytes: Uint8Array, file: MutableFile): void {
  let [step, wallSeconds] = [0, 0];
  const summaries: Uint8Array[] = [];
  let isRestart = false;
  for (const field of wireFields(bytes)) {
    if (field.number === 1) wallSeconds = field.value;
    else if (field.number === 2) step = field.value;
    else if (field.number === 5) summaries.push(field.bytes);
    else if (field.number === 7) {
      isRestart = [...wireFields(field.bytes)].some(
        (status) => status.number === 1 && status.value === sessionStart,
      );
    }
  }
  if (Number.isNaN(file.firstWallSeconds)) file.firstWallSeconds = wallSeconds;
  if (isRestart) file.restarts.push({ step, nBefore: file.scalars.length });
  for (const summary of summaries) {
    for (const field of wireFields(summary)) {
      if (field.number === 1 && field.type === 2) readValue(field.bytes, { step, wallSeconds }, file);
    }
  }
}

const lengthBytes = 8;
const crcBytes = 4;

/**
 * Reads the records of a TensorBoard event file. A short tail is a file being written: what came before counts. A
 * wrong checksum or a message that does not parse ends the reading and is reported by its offset.
 */
export function readEventFile(bytes: Uint8Array): EventFile {
  const file: MutableFile = {
    scalars: [],
    texts: new Map(),
    restarts: [],
    firstWallSeconds: Number.NaN,
    damagedAt: undefined,
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + lengthBytes + crcBytes <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const data = at + lengthBytes + crcBytes;
    const isWhole =
      maskedCrc(bytes.subarray(at, at + lengthBytes)) === view.getUint32(at + lengthBytes, true);
    if (isWhole && data + length + crcBytes > bytes.length) break;
    const record = isWhole ? bytes.subarray(data, data + length) : undefined;
    if (record === undefined || maskedCrc(record) !== view.getUint32(data + length, true)) {
      return { ...file, damagedAt: at };
    }
    try {
      readEvent(record, file);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { ...file, damagedAt: at };
    }
    at = data + length + crcBytes;
  }
  return file;
}
