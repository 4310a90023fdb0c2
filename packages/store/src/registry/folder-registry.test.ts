import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { InvalidInputError, ModelFileError } from "@stopwise/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderRegistry } from "./folder-registry.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-registry-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the last model that was promoted is in use, a rollback goes one back", () => {
  const registry = new FolderRegistry(folder);
  expect(registry.current()).toBeUndefined();
  const first = registry.promote(bytes("one"), { facts: { nRuns: 1 }, runs: ["a"] });
  registry.promote(bytes("two"), { facts: { nRuns: 2 }, runs: ["a"] });
  const other = new FolderRegistry(folder);
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
  const registry = new FolderRegistry(folder);
  const entry = registry.promote(bytes("one"), { facts: {}, runs: ["a"] });
  writeFileSync(registry.fileOf(entry.version), "changed");
  expect(() => registry.read(entry)).toThrow(ModelFileError);
  rmSync(registry.fileOf(entry.version));
  expect(() => registry.read(entry)).toThrow(/is missing/);
  writeFileSync(join(folder, "models", "promotions", "00000001.json"), "{");
  expect(() => registry.current()).toThrow(/00000001.json is damaged. Run stopwise retrain/);
  registry.promote(bytes("two"), { facts: {}, runs: ["a"] });
  expect(registry.current()?.nBytes).toBe(3);
});

test("current.json is for people: damaged or gone, nothing changes; one of an earlier version is taken over", () => {
  const registry = new FolderRegistry(folder);
  const first = registry.promote(bytes("one"), { facts: {}, runs: ["a"] });
  const pointer = join(folder, "models", "current.json");
  const written = readFileSync(pointer, "utf8");
  expect(JSON.parse(written)).toEqual({ version: 1, history: [first] });
  for (const damage of ["", "{", "[]"]) {
    writeFileSync(pointer, damage);
    expect(registry.current()).toEqual(first);
  }
  rmSync(join(folder, "models", "promotions"), { recursive: true });
  expect(() => registry.current()).toThrow(/current.json is damaged. Run stopwise retrain/);
  writeFileSync(pointer, written);
  expect(registry.current()).toEqual(first);
  const second = registry.promote(bytes("three"), { facts: {}, runs: ["a"] });
  expect(registry.history()).toEqual([first, second]);
  expect(registry.rollback()).toEqual(first);
});

test("a damaged entry of the log costs that entry, a damaged list of runs is told apart from an empty one", () => {
  const registry = new FolderRegistry(folder);
  const entries = ["one", "two", "three"].map((it) =>
    registry.promote(bytes(it), { facts: {}, runs: ["a"] }),
  );
  writeFileSync(join(folder, "models", "promotions", "00000002.json"), "");
  expect(registry.history()).toEqual([entries[0], entries[2]]);
  const list = registry.fileOf(entries[2]!.version).replace(".stopwise.model", ".runs.json");
  writeFileSync(list, '["a", 1]');
  expect(registry.runsOf(entries[2]!)).toBeUndefined();
});

test("a rollback passes over models that are gone where the one in use is gone too", () => {
  const registry = new FolderRegistry(folder);
  const entries = ["one", "two", "three"].map((it) =>
    registry.promote(bytes(it), { facts: {}, runs: ["a"] }),
  );
  for (const entry of entries.slice(1)) rmSync(registry.fileOf(entry.version));
  expect(registry.rollback()).toEqual(entries[0]);
});

test("of many models the last five are kept, and drafts of killed processes go", () => {
  const registry = new FolderRegistry(folder);
  const models = join(folder, "models");
  registry.promote(bytes("model 0"), { facts: {}, runs: [] });
  const draft = join(models, `x.stopwise.model.${hostname()}.999999999.0.tmp`);
  writeFileSync(draft, "half");
  writeFileSync(join(models, "y.stopwise.model.999999999.tmp"), "half, of an earlier version");
  const ours = join(models, `z.stopwise.model.${hostname()}.${process.pid}.7.tmp`);
  writeFileSync(ours, "still written");
  const long = new Date(Date.now() - 3_600_000);
  for (let i = 1; i < 9; i++) {
    const { version } = registry.promote(bytes(`model ${i}`), { facts: {}, runs: [] });
    utimesSync(registry.fileOf(version), long, long);
  }
  const names = readdirSync(models);
  expect(registry.history()).toHaveLength(9);
  for (const entry of registry.history().slice(-5)) registry.read(entry);
  expect(() => registry.read(registry.history()[1]!)).toThrow(ModelFileError);
  expect(names.filter((it) => it.endsWith(".tmp"))).toEqual([
    `z.stopwise.model.${hostname()}.${process.pid}.7.tmp`,
  ]);
});

test("processes that promote in a loop lose no entry", async () => {
  const script = `const { FolderRegistry } = await import(${JSON.stringify(new URL("folder-registry.ts", import.meta.url).href)});
    const registry = new FolderRegistry(process.argv[1]);
    for (let i = 0; i < 25; i++) registry.promote(new TextEncoder().encode(process.argv[2] + i), { facts: {}, runs: [] });`;
  const tsx = import.meta.resolve("tsx");
  const promoting = ["a", "b", "c", "d"].map((name) =>
    promisify(execFile)(process.execPath, [
      "--import",
      tsx,
      "--input-type=module",
      "-e",
      script,
      folder,
      name,
    ]),
  );
  await Promise.all(promoting);
  const registry = new FolderRegistry(folder);
  expect(registry.history()).toHaveLength(100);
  expect(new Set(registry.history().map(({ version }) => version)).size).toBe(100);
  const pointer = JSON.parse(readFileSync(join(folder, "models", "current.json"), "utf8")) as {
    history: unknown[];
  };
  expect(pointer.history.length).toBeGreaterThan(90);
});

test("a rollback to a model whose file is gone leaves the one in use", () => {
  const registry = new FolderRegistry(folder);
  const first = registry.promote(bytes("one"), { facts: {}, runs: ["a"] });
  const second = registry.promote(bytes("two"), { facts: {}, runs: ["a"] });
  rmSync(registry.fileOf(first.version));
  expect(() => registry.rollback()).toThrow(ModelFileError);
  expect(registry.current()).toEqual(second);
});
