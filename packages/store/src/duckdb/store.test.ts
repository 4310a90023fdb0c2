import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { InvalidInputError, StoreBusyError, type RunRecord } from "@stopwise/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { databaseFile } from "./database.ts";
import { migrations } from "../columns.ts";
import { withStore } from "../open.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (...runs: RunRecord[]) => withStore(folder, {}, (store) => store.upsertRuns(runs));
const read = () => withStore(folder, { mode: "read" }, (store) => store.readRuns());

function run(id: string, nCheckpoints: number, fields: Partial<RunRecord> = {}): RunRecord {
  const points = Array.from({ length: nCheckpoints }, (_, i) => ({
    step: 100 * (i + 1),
    tokens: null,
    quality: i / 10_000,
    evalLoss: 1 / (i + 1),
  }));
  return { id, metric: "exact_match", kind: "quality", hyper: { maxSteps: 900 }, points, ...fields };
}

// JSON has no -0.
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constant("a\0b"), fc.constant("\ud800"));
const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const checkpoint = fc.record(
  {
    step: fc.nat(),
    tokens: maybe(real),
    quality: maybe(fc.double({ noNaN: true, min: 0, max: 1 })),
    value: maybe(real),
    lr: maybe(real),
    eval_f1: json,
    evalLoss: maybe(real),
  },
  { requiredKeys: ["step"] },
);
const record = fc.record(
  {
    id: fc.string({ minLength: 1 }),
    metric: text,
    kind: fc.constantFrom("quality", "loss"),
    hyper: fc.dictionary(fc.string(), json),
    points: fc.array(checkpoint, { maxLength: 12 }),
    source: maybe(text),
    group: maybe(text),
    params: maybe(real),
    higherIsBetter: maybe(fc.boolean()),
    end: maybe(fc.constantFrom("completed", "running")),
    license: json,
    commit: json,
  },
  { requiredKeys: ["id", "metric", "kind", "hyper", "points"], noNullPrototype: true },
) as fc.Arbitrary<RunRecord>;

describe("what was written is what is read", () => {
  test("any record, with nulls, absent fields and fields nobody knows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 8 }), async (runs) => {
        rmSync(folder, { recursive: true, force: true });
        await write(...runs);
        const byId = [...runs].sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(await read()).toEqual(byId);
        expect(await write(...runs)).toEqual({ added: 0, updated: 0, unchanged: runs.length });
      }),
      { numRuns: 25 },
    );
  });

  test("runs longer than a chunk, and more runs than a batch", async () => {
    const runs = [run("long", 5000), ...Array.from({ length: 2100 }, (_, i) => run(`r${i}`, i % 4))];
    await write(...runs);
    const stored = new Map((await read()).map((it) => [it.id, it]));
    for (const it of runs) expect(stored.get(it.id)).toEqual(it);
    expect(stored.size).toBe(runs.length);
  });

  test("a filter picks runs, a missing store is empty and stays missing", async () => {
    expect(await read()).toEqual([]);
    expect(existsSync(databaseFile(folder))).toBe(false);
    await write(run("a", 2, { group: "g" }), run("b", 3, { group: "h" }));
    const picked = await withStore(folder, { mode: "read" }, (store) => store.readRuns({ group: "h" }));
    expect(picked.map(({ id }) => id)).toEqual(["b"]);
  });
});

test("a listing has one line per run, with last step and best value", async () => {
  const loss = run("b", 2, { kind: "loss", metric: "eval_loss", task: "t" });
  loss.points = [
    { step: 5, value: 2 },
    { step: 9, value: 3 },
  ];
  await write(run("a", 3), loss, run("c", 0));
  const lines = await withStore(folder, { mode: "read" }, (store) => store.listRuns());
  expect(lines.map(({ id, nCheckpoints, lastStep, best }) => [id, nCheckpoints, lastStep, best])).toEqual([
    ["a", 3, 300, 0.0002],
    ["b", 2, 9, 2],
    ["c", 0, null, null],
  ]);
  const ofTask = await withStore(folder, { mode: "read" }, (store) => store.listRuns({ task: "t" }));
  expect(ofTask.map(({ id }) => id)).toEqual(["b"]);
});

describe("upsertRuns", () => {
  test("the same log twice changes nothing, whatever the order of its keys", async () => {
    expect(await write(run("a", 3))).toEqual({ added: 1, updated: 0, unchanged: 0 });
    const before = readFileSync(databaseFile(folder));
    const { id, ...rest } = run("a", 3);
    expect(await write({ ...rest, id })).toEqual({ added: 0, updated: 0, unchanged: 1 });
    expect(readFileSync(databaseFile(folder)).equals(before)).toBe(true);
  });

  test("a grown log updates its run, one that was cut back takes nothing away", async () => {
    await write(run("a", 3, { end: "running" }), run("b", 2));
    const grown = run("a", 5, { end: "completed" });
    expect(await write(grown)).toEqual({ added: 0, updated: 1, unchanged: 0 });
    expect(await read()).toEqual([grown, run("b", 2)]);
    expect(await write(run("a", 4))).toEqual({ added: 0, updated: 0, unchanged: 1 });
    expect(await read()).toEqual([grown, run("b", 2)]);
  });

  test("a curve that took another way replaces the stored one, also when it is shorter", async () => {
    await write(run("a", 5));
    const other = run("a", 3);
    other.points[1]!.quality = 0.9;
    expect(await write(other)).toEqual({ added: 0, updated: 1, unchanged: 0 });
    expect(await read()).toEqual([other]);
  });

  test("a run that comes twice in one call counts by its last state", async () => {
    expect(await write(run("a", 2), run("a", 3), run("a", 3), run("a", 1))).toEqual({
      added: 1,
      updated: 1,
      unchanged: 2,
    });
    expect(await read()).toEqual([run("a", 3)]);
  });

  test("a source that fails leaves the store as it was", async () => {
    await write(run("a", 3));
    const failing = function* (): Generator<RunRecord> {
      yield run("a", 9);
      for (let i = 0; i < 3000; i++) yield run(`x${i}`, 5);
      throw new Error("disk gone");
    };
    await withStore(folder, {}, async (store) => {
      await expect(store.upsertRuns(failing())).rejects.toThrow("disk gone");
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await store.readRuns()).toEqual([run("a", 3)]);
    });
    expect(await read()).toEqual([run("a", 3)]);
  });
});

/** An appender that is collected as garbage writes what it holds: the test must see that it holds nothing. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("a store that cannot be opened", () => {
  test("another process that holds it is named, and one that ends is waited for", async () => {
    await write(run("a", 1));
    const api = import.meta.resolve("@duckdb/node-api");
    const script = `const { DuckDBInstance } = (await import(${JSON.stringify(api)})).default;
      await DuckDBInstance.create(process.argv[1]); console.log("held"); setTimeout(() => process.exit(), 1500);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script, databaseFile(folder)]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const busy = withStore(folder, { waitSeconds: 0.1 }, (store) => store.readRuns());
    await expect(busy).rejects.toThrow(StoreBusyError);
    await expect(busy).rejects.toThrow(new RegExp(`\\(process ${holder.pid}\\)`));
    expect(await write(run("b", 1))).toEqual({ added: 1, updated: 0, unchanged: 0 });
  });

  test("two readers share it", async () => {
    await write(run("a", 1));
    await withStore(folder, { mode: "read" }, async () => expect(await read()).toHaveLength(1));
  });

  test("a newer schema and a damaged file are refused with the mend", async () => {
    await write(run("a", 1));
    const { openDatabase } = await import("./database.ts");
    const database = await openDatabase(folder);
    await database.connection.run(`INSERT INTO schema_version VALUES (${migrations.length + 1})`);
    database.close();
    for (const attempt of [read, () => write(run("b", 1))]) {
      await expect(attempt()).rejects.toThrow(
        /has schema version 2, this stopwise knows up to 1. Update stopwise/,
      );
    }
    writeFileSync(databaseFile(folder), "this is no database");
    await expect(read()).rejects.toThrow(InvalidInputError);
  });

  test("what was committed before a kill is there", async () => {
    const store = new URL("../open.ts", import.meta.url).href;
    const script = `const { withStore } = await import(${JSON.stringify(store)});
      await withStore(process.argv[1], {}, async (store) => {
        await store.upsertRuns([${JSON.stringify(run("a", 3))}]);
        process.kill(process.pid, "SIGKILL");
      });`;
    const tsx = import.meta.resolve("tsx");
    const child = promisify(execFile)(process.execPath, [
      "--import",
      tsx,
      "--input-type=module",
      "-e",
      script,
      folder,
    ]);
    await expect(child).rejects.toMatchObject({ signal: "SIGKILL" });
    expect(await read()).toEqual([run("a", 3)]);
  });
});

describe("exportRuns", () => {
  test("JSON lines give the records back, plain and gzipped", async () => {
    const runs = [run("a", 3), run("b", 2, { license: "MIT" })];
    await write(...runs);
    for (const name of ["runs.jsonl", "runs.jsonl.gz"]) {
      const file = join(folder, name);
      const written = await withStore(folder, { mode: "read" }, (store) => store.exportRuns(file));
      const bytes = readFileSync(file);
      const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().trimEnd().split("\n");
      expect(written).toBe(2);
      expect(lines.map((line) => JSON.parse(line) as RunRecord)).toEqual(runs);
    }
  });

  test("Parquet has a row per run with its points", async () => {
    await write(run("a", 3), run("b", 0));
    const file = join(folder, "it's runs.parquet");
    expect(await withStore(folder, { mode: "read" }, (store) => store.exportRuns(file))).toBe(2);
    const { openDatabase } = await import("./database.ts");
    const database = await openDatabase(join(folder, "other"), { mode: "read" });
    const rows = await database.connection.runAndReadAll(
      "SELECT id, points[2].step, len(points) FROM read_parquet($1) ORDER BY id",
      [file],
    );
    expect(rows.getRows()).toEqual([
      ["a", 200, 3n],
      ["b", null, null],
    ]);
    database.close();
  });

  test("another ending is refused and a failed export leaves no file", async () => {
    mkdirSync(folder, { recursive: true });
    const attempt = withStore(folder, { mode: "read" }, (store) =>
      store.exportRuns(join(folder, "runs.xlsx")),
    );
    await expect(attempt).rejects.toThrow("must end in .jsonl, .jsonl.gz or .parquet");
  });
});
