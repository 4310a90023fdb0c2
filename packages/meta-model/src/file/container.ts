import { createHash } from "node:crypto";
import { ModelFileError } from "@stopwise/core";

/** What a packed file is: a model, or experience of past runs. */
export type FileKind = "model" | "experience";

const magics: Readonly<Record<FileKind, string>> = { model: "STOPWISE", experience: "STOPWEXP" };
const words: Readonly<Record<FileKind, { readonly name: string; readonly fix: string }>> = {
  model: { name: "model file", fix: "Retrain, or reinstall stopwise for its shipped model." },
  experience: {
    name: "experience pack",
    fix: "Export it again, or reinstall stopwise for its shipped packs.",
  },
};
const formatVersion = 1;
const checksumBytes = 32;
const prefixBytes = 16;

const arrayTypes = {
  u8: Uint8Array,
  u16: Uint16Array,
  i16: Int16Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** A typed array that a model file can hold. */
export type Section = Uint8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Name of an array type in a model file. */
export type SectionType = keyof typeof arrayTypes;

/** The array that a type name stands for. */
export type SectionOf<K extends SectionType> = InstanceType<(typeof arrayTypes)[K]>;

interface SectionEntry {
  readonly name: string;
  readonly type: SectionType;
  readonly offset: number;
  readonly length: number;
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

function typeOf(section: Section): SectionType {
  const found = Object.entries(arrayTypes).find(([, type]) => section instanceof type);
  return found![0] as SectionType;
}

/**
 * Packs a header and named arrays: magic, format version, header as JSON, arrays aligned to 8 bytes, SHA-256 of all of
 * it. The same content gives the same bytes.
 */
export function packContainer(
  header: unknown,
  sections: Readonly<Record<string, Section>>,
  kind: FileKind = "model",
): Uint8Array {
  let offset = 0;
  const entries: SectionEntry[] = Object.entries(sections).map(([name, section]) => {
    const entry = { name, type: typeOf(section), offset, length: section.length };
    offset += padded(section.byteLength);
    return entry;
  });
  const json = new TextEncoder().encode(JSON.stringify({ header, sections: entries }));
  const start = padded(prefixBytes + json.length);
  const bytes = new Uint8Array(start + offset + checksumBytes);
  bytes.set(new TextEncoder().encode(magics[kind]));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, prefixBytes);
  for (const entry of entries) {
    const section = sections[entry.name]!;
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), start + entry.offset);
  }
  const end = bytes.length - checksumBytes;
  bytes.set(createHash("sha256").update(bytes.subarray(0, end)).digest(), end);
  return bytes;
}

/** What a container holds. */
export interface Container {
  readonly header: unknown;
  /** @throws ModelFileError when there is no such array */
  section<K extends SectionType>(name: string, type: K): SectionOf<K>;
  has(name: string): boolean;
  /** SHA-256 of the content, as `sha256:` and hexadecimal digits. */
  readonly hash: string;
}

function checked(bytes: Uint8Array, kind: FileKind): string {
  const end = bytes.length - checksumBytes;
  const { name, fix } = words[kind];
  const isKind = end >= prefixBytes && new TextDecoder().decode(bytes.subarray(0, 8)) === magics[kind];
  if (!isKind) throw new ModelFileError(`this is not a stopwise ${name}.`, fix);
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (version !== formatVersion) {
    throw new ModelFileError(
      `the ${name} has format ${version}, this stopwise reads format ${formatVersion}.`,
      kind === "model"
        ? "Retrain with this version of stopwise."
        : "Export it again with this version of stopwise.",
    );
  }
  const digest = createHash("sha256").update(bytes.subarray(0, end)).digest();
  if (digest.some((byte, index) => byte !== bytes[end + index])) {
    throw new ModelFileError(`the ${name} is damaged: its checksum does not fit.`, fix);
  }
  return `sha256:${digest.toString("hex")}`;
}

/**
 * Opens a packed container; arrays are views on the bytes, without a copy where they are aligned.
 *
 * @throws ModelFileError when the bytes are no file of that kind, of another version, or damaged
 */
export function openContainer(bytes: Uint8Array, kind: FileKind = "model"): Container {
  const hash = checked(bytes, kind);
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const headerLength = new DataView(aligned.buffer, aligned.byteOffset).getUint32(12, true);
  const text = new TextDecoder().decode(aligned.subarray(prefixBytes, prefixBytes + headerLength));
  const { header, sections } = JSON.parse(text) as { header: unknown; sections: SectionEntry[] };
  const start = aligned.byteOffset + padded(prefixBytes + headerLength);
  const byName = new Map(sections.map((entry) => [entry.name, entry]));
  return {
    header,
    hash,
    has: (name) => byName.has(name),
    section<K extends SectionType>(name: string, type: K): SectionOf<K> {
      const entry = byName.get(name);
      if (entry?.type !== type)
        throw new ModelFileError(`the ${words[kind].name} lacks its part "${name}".`, words[kind].fix);
      const buffer = aligned.buffer as ArrayBuffer;
      return new arrayTypes[type](buffer, start + entry.offset, entry.length) as SectionOf<K>;
    },
  };
}
