import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheOf, packCache, runCompiled } from "./compiled.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-compiled-"));
  file = join(folder, "it.cjs");
  writeFileSync(file, 'exports.join = require("node:path").join; exports.twice = (x) => 2 * x; // ≥');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface It {
  join: typeof join;
  twice: (x: number) => number;
}

test("a file runs without a cache, and with its own", () => {
  const { exports, script } = runCompiled(file);
  expect((exports as It).twice(4)).toBe(8);
  expect((exports as It).join("a", "b")).toBe(join("a", "b"));
  writeFileSync(cacheOf(file), packCache(readFileSync(file), script.createCachedData()));
  const again = runCompiled(file);
  expect(again.script.cachedDataRejected).toBe(false);
  expect((again.exports as It).twice(5)).toBe(10);
});

test("a cache that V8 did not make of it is refused, and the file runs", () => {
  writeFileSync(cacheOf(file), packCache(readFileSync(file), Buffer.from("not compiled code")));
  const { exports, script } = runCompiled(file);
  expect(script.cachedDataRejected).toBe(true);
  expect((exports as It).twice(6)).toBe(12);
});

test("any bit flipped in the file is refused, any in its cache is harmless", () => {
  const source = readFileSync(file);
  const cache = packCache(source, runCompiled(file).script.createCachedData());
  const flipped = (bytes: Buffer, bit: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  };
  for (let trial = 0; trial < 250; trial++) {
    const inSource = Math.floor((trial * source.length * 8) / 250);
    writeFileSync(file, flipped(source, inSource));
    writeFileSync(cacheOf(file), cache);
    expect(() => runCompiled(file), `bit ${inSource} of the file`).toThrow("was changed since it was built");
    // The first 32 bytes stand for the source: damaged, they say that the source is another.
    const inCode = 8 * 32 + Math.floor((trial * (cache.length - 32) * 8) / 250);
    writeFileSync(file, source);
    writeFileSync(cacheOf(file), flipped(cache, inCode));
    expect((runCompiled(file).exports as It).twice(7), `bit ${inCode} of the cache`).toBe(14);
  }
});

test("an edit of the same length is refused with the way out", () => {
  writeFileSync(cacheOf(file), packCache(readFileSync(file), runCompiled(file).script.createCachedData()));
  writeFileSync(file, readFileSync(file, "utf8").replace("2 * x", "3 * x"));
  expect(() => runCompiled(file)).toThrow(`remove ${cacheOf(file)}`);
});
