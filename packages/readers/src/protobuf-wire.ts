/** One field of a protocol-buffer message: varints and fixed numbers as numbers, the rest as bytes. */
export interface WireField {
  readonly number: number;
  readonly type: 0 | 1 | 2 | 5;
  /** Varint and fixed fields; for 64-bit fixed fields the double. */
  readonly value: number;
  /** Length-delimited fields. */
  readonly bytes: Uint8Array;
}

const none = new Uint8Array(0);
const varintBits = 7;

/** A varint as a signed 64-bit number, exact up to 2^53; ten bytes at most. */
function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } {
  let bits = 0n;
  let at = from;
  for (let shift = 0n; ; shift += BigInt(varintBits)) {
    const byte = bytes[at];
    if (byte === undefined || shift > 63n) throw new RangeError("a number is cut");
    bits |= BigInt(byte & 0x7f) << shift;
    at += 1;
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, bits)), end: at };
  }
}

/** One or two bytes, the common case, without big integers. */
function readShortVarint(bytes: Uint8Array, from: number): { value: number; end: number } {
  const first = bytes[from] ?? 0x80;
  if (first < 0x80) return { value: first, end: from + 1 };
  const second = bytes[from + 1] ?? 0x80;
  if (second < 0x80) return { value: (first & 0x7f) | (second << varintBits), end: from + 2 };
  return readVarint(bytes, from);
}

/**
 * The fields of one encoded message, in order. Unknown fields come out like known ones; groups do not occur in the
 * formats read here.
 *
 * @throws {RangeError} when the bytes end inside a field or hold no message
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const tag = readShortVarint(bytes, at);
    const [number, type] = [tag.value >>> 3, tag.value & 7];
    at = tag.end;
    if (type === 0) {
      const { value, end } = readShortVarint(bytes, at);
      at = end;
      yield { number, type, value, bytes: none };
    } else if (type === 1) {
      yield { number, type, value: view.getFloat64(at, true), bytes: bytes.subarray(at, at + 8) };
      at += 8;
    } else if (type === 5) {
      yield { number, type, value: view.getFloat32(at, true), bytes: bytes.subarray(at, at + 4) };
      at += 4;
    } else if (type === 2) {
      const { value: length, end } = readShortVarint(bytes, at);
      if (length < 0 || end + length > bytes.length) throw new RangeError("a field is cut");
      yield { number, type, value: length, bytes: bytes.subarray(end, end + length) };
      at = end + length;
    } else throw new RangeError(`no field has wire type ${type}`);
  }
}

const polynomial = 0x82f63b78;
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32C (Castagnoli) of the bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[at]!) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
