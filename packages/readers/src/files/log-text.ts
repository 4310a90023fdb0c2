import { readFile } from "node:fs/promises";
import { LogFormatError } from "@stopwise/core";
import type { LogFile } from "../contract.ts";
import { parsePythonJson } from "./python-json.ts";
import { unpack } from "./unpacked.ts";

/**
 * The whole file, unpacked where it is gzipped; an archive that ends early gives what stands before.
 *
 * @throws {LogFormatError} when the archive is damaged or unpacks to far more than a log holds
 */
export async function readBytes(file: LogFile): Promise<Uint8Array> {
  const bytes = await readFile(file.absolute);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = unpack(bytes);
  if ("bytes" in unpacked) return unpacked.bytes;
  throw new LogFormatError({ file: file.path }, unpacked.rule, "Restore the file, or unpack it first.");
}

/** The whole file as text, without a byte-order mark; UTF-16 is recognised by its mark, gzip by its first bytes. */
export async function readText(file: LogFile): Promise<string> {
  return decodeText(await readBytes(file));
}

/** The encoding that a byte-order mark tells, UTF-8 without one. */
export function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
}

/** Bytes as text by their byte-order mark, UTF-8 without one. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Whether the first bytes of a file are a Git LFS pointer instead of its content. */
export function isLfsPointer(headText: string): boolean {
  return headText.startsWith("version https://git-lfs.github.com/spec/v1");
}

/**
 * The file as one JSON value in Python's spelling; read a second time when it does not parse, since a live file may
 * have been caught half written.
 *
 * @throws {LogFormatError} when it does not parse twice
 */
export async function readJson(file: LogFile): Promise<unknown> {
  try {
    return parsePythonJson(await readText(file));
  } catch {
    try {
      return parsePythonJson(await readText(file));
    } catch (error) {
      const cause =
        file.sizeBytes === 0 ? "the file is empty." : `is no complete JSON (${jsonProblem(error)}).`;
      throw new LogFormatError({ file: file.path }, cause, "Restore the file, or remove it from the folder.");
    }
  }
}

function jsonProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").slice(0, 80);
}
