import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheOf, runCompiled } from "./compiled.ts";

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
  writeFileSync(cacheOf(file), script.createCachedData());
  const again = runCompiled(file);
  expect(again.script.cachedDataRejected).toBe(false);
  expect((again.exports as It).twice(5)).toBe(10);
});

test("a cache that V8 did not make of it is refused, and the file runs", () => {
  writeFileSync(cacheOf(file), "not compiled code");
  const { exports, script } = runCompiled(file);
  expect(script.cachedDataRejected).toBe(true);
  expect((exports as It).twice(6)).toBe(12);
});
