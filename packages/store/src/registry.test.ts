import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError, ModelFileError } from "@stopwise/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ModelRegistry } from "./registry.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-registry-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the last model that was promoted is in use, a rollback goes one back", () => {
  const registry = new ModelRegistry(folder);
  expect(registry.current()).toBeUndefined();
  const first = registry.promote(bytes("one"), { facts: { nRuns: 1 }, runs: ["a"] });
  registry.promote(bytes("two"), { facts: { nRuns: 2 }, runs: ["a"] });
  const other = new ModelRegistry(folder);
  expect(new TextDecoder().decode(other.read(other.current()!))).toBe("two");
  expect(other.runsOf(first)).toEqual(["a"]);
  expect(other.rollback()).toEqual(first);
  expect(new TextDecoder().decode(other.read(other.current()!))).toBe("one");
  expect(other.rollback()).toBeUndefined();
  expect(other.current()).toBeUndefined();
  expect(() => other.rollback()).toThrow(InvalidInputError);
  expect(readdirSync(join(folder, "models")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a model file that was changed or a pointer that is damaged is named", () => {
  const registry = new ModelRegistry(folder);
  const entry = registry.promote(bytes("one"), { facts: {}, runs: ["a"] });
  writeFileSync(registry.fileOf(entry.version), "changed");
  expect(() => registry.read(entry)).toThrow(ModelFileError);
  rmSync(registry.fileOf(entry.version));
  expect(() => registry.read(entry)).toThrow(/is missing/);
  writeFileSync(join(folder, "models", "current.json"), "{");
  expect(() => registry.current()).toThrow(/is no list of models/);
});

test("a rollback to a model whose file is gone leaves the one in use", () => {
  const registry = new ModelRegistry(folder);
  const first = registry.promote(bytes("one"), { facts: {}, runs: ["a"] });
  const second = registry.promote(bytes("two"), { facts: {}, runs: ["a"] });
  rmSync(registry.fileOf(first.version));
  expect(() => registry.rollback()).toThrow(ModelFileError);
  expect(registry.current()).toEqual(second);
});
