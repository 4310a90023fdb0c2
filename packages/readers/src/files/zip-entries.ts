import { inflateRawSync } from "node:zlib";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
const maxEntries = 10_000;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly at: number;
}

/** Where the list of entries begins and how many there are, undefined where the bytes are no zip archive. */
function findDirectory(view: DataView): { at: number; nEntries: number } | undefined {
  const earliest = Math.max(0, view.byteLength - endBytes - 0xffff);
  for (let at = view.byteLength - endBytes; at >= earliest; at -= 1) {
    if (view.getUint32(at, true) === endSignature)
      return { at: view.getUint32(at + 16, true), nEntries: view.getUint16(at + 10, true) };
  }
  return undefined;
}

function* entriesIn(bytes: Uint8Array, view: DataView): Generator<Entry> {
  const directory = findDirectory(view);
  let at = directory?.at ?? 0;
  for (let index = 0; index < Math.min(directory?.nEntries ?? 0, maxEntries); index += 1) {
    if (at + entryBytes > bytes.length || view.getUint32(at, true) !== entrySignature) return;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    );
    const name = new TextDecoder().decode(bytes.subarray(at + entryBytes, at + entryBytes + nameLength!));
    yield {
      name,
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    };
    at += entryBytes + nameLength! + extraLength! + commentLength!;
  }
}

function contentOf(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array | undefined {
  const { at, method, packedBytes } = entry;
  if (at + localBytes > bytes.length || view.getUint32(at, true) !== localSignature) return undefined;
  const from = at + localBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const packed = bytes.subarray(from, from + packedBytes);
  if (packed.length !== packedBytes) return undefined;
  if (method === 0) return packed;
  return method === 8 ? inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) }) : undefined;
}

/**
 * The content of one entry of a zip archive (stored or deflated), bounded in size.
 *
 * @param bytes - the archive
 * @param ending - how the entry's name ends; the first such entry is taken
 * @param maxBytes - a larger entry is not unpacked
 * @returns `undefined` where there is none, or the archive is damaged
 */
export function zipEntry(bytes: Uint8Array, ending: string, maxBytes: number): Uint8Array | undefined {
  if (bytes.length < endBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    for (const entry of entriesIn(bytes, view)) {
      if (entry.name.endsWith(ending))
        return entry.bytes > maxBytes ? undefined : contentOf(bytes, view, entry);
    }
  } catch {
    return undefined; // Offsets beyond the end, or damaged data: no entry that could be read.
  }
  return undefined;
}
