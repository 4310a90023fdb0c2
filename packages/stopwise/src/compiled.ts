import type { Script } from "node:vm";

// `import` of these would load what they only load when it is asked for, such as streams: some milliseconds.
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { createRequire } = process.getBuiltinModule("node:module");
const crypto = process.getBuiltinModule("node:crypto");
const path = process.getBuiltinModule("node:path");
const vm = process.getBuiltinModule("node:vm");

/** The file beside a built file that keeps what V8 made of it. */
export const cacheOf = (file: string): string => `${file}.cache`;

/** A CommonJS file after it ran. */
export interface Compiled {
  readonly exports: unknown;
  /** To take the compiled code from, and to ask whether what was kept was taken. */
  readonly script: Script;
}

const hashLength = 32;

function hashOf(bytes: Uint8Array): Buffer {
  return crypto.createHash("sha256").update(bytes).digest();
}

/** What a cache file holds: hashes of the source and of the compiled code, then the compiled code. */
export function packCache(source: Uint8Array, code: Uint8Array): Buffer {
  return Buffer.concat([hashOf(source), hashOf(code), code]);
}

/** The source is not the one that was built: nobody can tell what it would answer. */
class ChangedFileError extends Error {
  readonly code = "changed-file";
  readonly hint: string;

  constructor(file: string) {
    const hint = `Install stopwise again, or remove ${cacheOf(file)} to run the file as it is.`;
    super(`${file} was changed since it was built. ${hint}`);
    this.hint = hint;
  }
}

/** The compiled code in a cache file; undefined where the cache itself is damaged, which costs its help only. */
function codeIn(cache: Buffer, file: string, source: Buffer): Buffer | undefined {
  const code = cache.subarray(2 * hashLength);
  if (!hashOf(code).equals(cache.subarray(hashLength, 2 * hashLength))) return undefined;
  if (!hashOf(source).equals(cache.subarray(0, hashLength))) throw new ChangedFileError(file);
  return code;
}

/**
 * Runs a CommonJS file, compiled already where its cache beside it fits: compiling is a good part of what a short
 * command costs beyond Node itself. V8 refuses what another version of itself made, and compiles anew; but it knows
 * the source by its length only and trusts the code, so both are compared with their hashes first.
 *
 * @param file absolute path of the file, which imports nothing dynamically
 * @throws ChangedFileError when the cache is whole and belongs to another source
 */
export function runCompiled(file: string): Compiled {
  const cache = cacheOf(file);
  const bytes = readFileSync(file);
  const cachedData = existsSync(cache) ? codeIn(readFileSync(cache), file, bytes) : undefined;
  const source = `(function (exports, require, module, __filename, __dirname) {${bytes.toString("utf8")}\n})`;
  const script = new vm.Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...its: unknown[]) => void;
  run(module.exports, createRequire(file), module, file, path.dirname(file));
  return { exports: module.exports, script };
}
