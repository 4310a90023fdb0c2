import { ModelFileError } from "@stopwise/core";
import type { Trees } from "./tree.ts";

/** Writes numbers and typed arrays into a growing little-endian buffer; arrays are preceded by their length. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  u32(value: number): void {
    new DataView(this.#reserve(4).buffer).setUint32(this.#length - 4, value, true);
  }

  f64(value: number): void {
    new DataView(this.#reserve(8).buffer).setFloat64(this.#length - 8, value, true);
  }

  u8s(values: Uint8Array): void {
    this.u32(values.length);
    const at = this.#length;
    this.#reserve(values.length).set(values, at);
  }

  u16s(values: Uint16Array): void {
    this.u8s(littleEndian(values));
  }

  u32s(values: Uint32Array): void {
    this.u8s(littleEndian(values));
  }

  f32s(values: Float32Array): void {
    this.u8s(littleEndian(values));
  }

  /** JSON text, for small descriptions. */
  json(value: unknown): void {
    this.u8s(new TextEncoder().encode(JSON.stringify(value)));
  }

  /** Everything written so far. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): Uint8Array<ArrayBuffer> {
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** Reads what `ByteWriter` wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  u8s(): Uint8Array {
    const length = this.u32();
    const from = this.#take(length);
    return this.#bytes.slice(from, from + length);
  }

  u16s(): Uint16Array {
    return new Uint16Array(hostOrder(this.u8s(), 2).buffer);
  }

  u32s(): Uint32Array {
    return new Uint32Array(hostOrder(this.u8s(), 4).buffer);
  }

  f32s(): Float32Array {
    return new Float32Array(hostOrder(this.u8s(), 4).buffer);
  }

  json(): unknown {
    return JSON.parse(new TextDecoder().decode(this.u8s()));
  }

  #take(size: number): number {
    const from = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) {
      throw new ModelFileError(
        `A model of ${this.#bytes.length} bytes ends where byte ${this.#at} should be.`,
        "The file is damaged: retrain, or roll back to an earlier model.",
      );
    }
    return from;
  }
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(values: Uint16Array | Uint32Array | Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return hostOrder(bytes, values.BYTES_PER_ELEMENT);
}

/** Little-endian bytes in the host's order; the same way forth and back. */
function hostOrder(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  if (!hostIsLittleEndian) {
    for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse();
  }
  return copy;
}

/** Writes trees. */
export function writeTrees(writer: ByteWriter, trees: Trees): void {
  writer.u32s(trees.roots);
  writer.u32s(trees.rule);
  writer.u32s(trees.child);
  writer.f32s(trees.value);
}

/** Reads what `writeTrees` wrote. */
export function readTrees(reader: ByteReader): Trees {
  return { roots: reader.u32s(), rule: reader.u32s(), child: reader.u32s(), value: reader.f32s() };
}
