import type { Script } from "node:vm";

// `import` of these would load what they only load when it is asked for, such as streams: some milliseconds.
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { createRequire } = process.getBuiltinModule("node:module");
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

/**
 * Runs a CommonJS file, compiled already where its cache beside it fits: compiling is a good part of what a short
 * command costs beyond Node itself. V8 refuses what another version of itself made, and compiles anew; it knows the
 * source by its length only, so whoever writes the file writes its cache as well, or removes it.
 *
 * @param file absolute path of the file, which imports nothing dynamically
 */
export function runCompiled(file: string): Compiled {
  const cache = cacheOf(file);
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "utf8")}\n})`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new vm.Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...its: unknown[]) => void;
  run(module.exports, createRequire(file), module, file, path.dirname(file));
  return { exports: module.exports, script };
}
