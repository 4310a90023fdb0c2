import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

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

/** What a damaged message throws, whatever the library throws. */
const damaged = (error: unknown): RangeError =>
  new RangeError(error instanceof Error ? error.message : String(error));

function readField(reader: BinaryReader): WireField {
  const [number, type] = reader.tag();
  switch (type) {
    case WireType.Varint:
      return { number, type, value: Number(reader.int64()), bytes: none };
    case WireType.Bit64:
      return { number, type, value: reader.double(), bytes: none };
    case WireType.Bit32:
      return { number, type, value: reader.float(), bytes: none };
    case WireType.LengthDelimited: {
      const bytes = reader.bytes();
      return { number, type, value: bytes.length, bytes };
    }
    default:
      throw new RangeError(`no field has wire type ${type}`);
  }
}

/**
 * The fields of one encoded message, in order. Unknown fields come out like known ones; groups do not occur in the
 * formats read here.
 *
 * @throws {RangeError} when the bytes end inside a field or hold no message
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    let field: WireField;
    try {
      field = readField(reader);
    } catch (error) {
      throw damaged(error);
    }
    yield field;
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
