import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { copyStore } from "./copy.ts";
import { openRegistry, withRegistry, withStore } from "./open.ts";
import { hasPostgres, PostgresServer } from "./testing/postgres-server.ts";
import { anyRecord, run } from "./testing/records.ts";
import type { ToldFact } from "./told.ts";

let folder: string;
let server: PostgresServer | undefined;
const withServer = hasPostgres();
beforeAll(async () => {
  if (withServer) server = await PostgresServer.start();
});
afterAll(() => server?.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-contract-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let nFolders = 0;
const drivers = [
  { name: "duckdb", fresh: () => join(folder, `store ${nFolders++}`), isHere: true },
  { name: "postgres", fresh: () => server!.address(), isHere: withServer },
];

const write = (place: string, ...runs: RunRecord[]) =>
  withStore(place, {}, (store) => store.upsertRuns(runs));
const read = (place: string) => withStore(place, { mode: "read" }, (store) => store.readRuns());
const sorted = (runs: readonly RunRecord[]) => [...runs].sort((a, b) => (a.id < b.id ? -1 : 1));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const { name, fresh, isHere } of drivers) {
  describe.skipIf(!isHere)(`the store contract, ${name}`, () => {
    test("what was written is what is read: any record", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(anyRecord, { selector: ({ id }) => id, maxLength: 8 }),
          async (runs) => {
            const place = fresh();
            await write(place, ...runs);
            expect(await read(place)).toEqual(sorted(runs));
            expect(await write(place, ...runs)).toEqual({ added: 0, updated: 0, unchanged: runs.length });
            const { problems } = await withStore(place, { mode: "read" }, (store) => store.check());
            expect(problems).toEqual([]);
          },
        ),
        { numRuns: 25 },
      );
    });

    test("runs longer than a chunk, and more runs than a batch", async () => {
      const place = fresh();
      const runs = [run("long", 5000), ...Array.from({ length: 2100 }, (_, i) => run(`r${i}`, i % 4))];
      await write(place, ...runs);
      const stored = new Map((await read(place)).map((it) => [it.id, it]));
      for (const it of runs) expect(stored.get(it.id)).toEqual(it);
      expect(stored.size).toBe(runs.length);
    });

    test("long runs are read thinned where that is asked for, the last checkpoint kept", async () => {
      const place = fresh();
      const long = run("long", 1000, { license: "MIT" });
      long.points[999]!["note"] = "last";
      await write(place, long, run("short", 9));
      const [thin, whole] = await withStore(place, { mode: "read" }, (store) => store.readRuns({}, 10));
      expect(thin!.points.map(({ step }) => step)).toEqual(
        Array.from({ length: 10 }, (_, i) => 10_000 * (i + 1)),
      );
      expect(thin!.points.at(-1)).toEqual(long.points.at(-1));
      expect(thin).toMatchObject({ originalPoints: 1000, license: "MIT" });
      expect(whole).toEqual(run("short", 9));
    });

    test("zeros keep their sign and numbers their last bit", async () => {
      const place = fresh();
      const one = run("a", 2);
      one.points = [
        { step: 1, evalLoss: -0, lr: 5e-324, value: 0.1 + 0.2 },
        { step: 2, evalLoss: 1.7976931348623157e308, lr: 1 / 3, value: -0 },
      ];
      await write(place, one);
      expect(await read(place)).toEqual([one]);
      expect(Object.is((await read(place))[0]!.points[0]!.evalLoss, -0)).toBe(true);
    });

    test("a missing store is empty, and reading creates nothing", async () => {
      const place = fresh();
      expect(await read(place)).toEqual([]);
      const counted = await withStore(place, { mode: "read" }, async (store) => [
        await store.hashes(),
        await store.listRuns(),
        (await store.check()).nRuns,
      ]);
      expect(counted).toEqual([new Map(), [], 0]);
      await withRegistry(place, { mode: "read" }, async (registry) =>
        expect(await registry.history()).toEqual([]),
      );
    });

    test("filters and listings: names are bound, never part of a statement", async () => {
      const place = fresh();
      const odd = "g'; DROP TABLE runs; --";
      const loss = run("b", 0, { kind: "loss", metric: "eval_loss", task: "t", group: odd });
      loss.points = [
        { step: 5, value: 2 },
        { step: 9, value: 3 },
      ];
      await write(place, run("a", 3), loss, run("c", 0));
      const [lines, ofGroup, ofTask] = await withStore(place, { mode: "read" }, async (store) => [
        await store.listRuns(),
        await store.readRuns({ group: odd }),
        await store.listRuns({ task: "t", kind: "loss" }),
      ]);
      expect(lines.map(({ id, nCheckpoints, lastStep, best }) => [id, nCheckpoints, lastStep, best])).toEqual(
        [
          ["a", 3, 300, 0.0002],
          ["b", 2, 9, 2],
          ["c", 0, null, null],
        ],
      );
      expect(ofGroup).toEqual([loss]);
      expect(ofTask.map(({ id }) => id)).toEqual(["b"]);
    });

    test("a grown log updates its run, one that was cut back takes nothing away, another way replaces", async () => {
      const place = fresh();
      await write(place, run("a", 3, { end: "running" }), run("b", 2));
      const grown = run("a", 5, { end: "completed" });
      expect(await write(place, grown)).toEqual({ added: 0, updated: 1, unchanged: 0 });
      expect(await write(place, run("a", 4))).toEqual({ added: 0, updated: 0, unchanged: 1 });
      expect(await read(place)).toEqual([grown, run("b", 2)]);
      const other = run("a", 3);
      other.points[1]!.quality = 0.9;
      expect(await write(place, other)).toEqual({ added: 0, updated: 1, unchanged: 0 });
      expect(await read(place)).toEqual([other, run("b", 2)]);
    });

    test("a run that comes twice in one call counts by its last state", async () => {
      const place = fresh();
      const counts = await write(place, run("a", 2), run("a", 3), run("a", 3), run("a", 1));
      expect(counts).toEqual({ added: 1, updated: 1, unchanged: 2 });
      expect(await read(place)).toEqual([run("a", 3)]);
    });

    test("a source that fails leaves the store as it was", async () => {
      const place = fresh();
      await write(place, run("a", 3));
      const failing = function* (): Generator<RunRecord> {
        yield run("a", 9);
        for (let i = 0; i < 3000; i++) yield run(`x${i}`, 5);
        throw new Error("disk gone");
      };
      await withStore(place, {}, async (store) => {
        await expect(store.upsertRuns(failing())).rejects.toThrow("disk gone");
        expect(await store.readRuns()).toEqual([run("a", 3)]);
      });
      expect(await read(place)).toEqual([run("a", 3)]);
    });

    test("an id that no database holds is refused by name", async () => {
      await expect(write(fresh(), run("a\0b", 1))).rejects.toThrow(InvalidInputError);
    });

    test("several writers at once: every run once, none refused", async () => {
      const place = fresh();
      const names = ["a", "b", "c", "d"];
      await Promise.all(
        names.map(async (it) => {
          for (let i = 0; i < 3; i++) await write(place, run(`${it}${i}`, 5), run("shared", 7));
        }),
      );
      const ids = (await read(place)).map(({ id }) => id);
      expect(ids).toEqual([...names.flatMap((it) => [0, 1, 2].map((i) => `${it}${i}`)), "shared"]);
    });

    const fact = (field: string, value: unknown, at = "2026-01-01T00:00:00.000Z"): ToldFact => ({
      field,
      value,
      from: "stopwise.yaml",
      by: "ann@lab",
      at,
    });

    test("a fact told once stays when the log is read again without it", async () => {
      const place = fresh();
      const told = [fact("task", "squad"), fact("hyper.weightDecay", 0.1)];
      await write(place, run("a", 3, { task: "squad", hyper: { maxSteps: 900, weightDecay: 0.1 }, told }));
      expect(await write(place, run("a", 3))).toEqual({ added: 0, updated: 0, unchanged: 1 });
      await write(place, run("a", 5, { task: "by its folder" }));
      const [stored] = await read(place);
      expect(stored).toMatchObject({ task: "squad", hyper: { maxSteps: 900, weightDecay: 0.1 }, told });
      expect(stored!.points).toHaveLength(5);
    });

    test("a fact told otherwise later counts, and the conflict is named with both tellers", async () => {
      const place = fresh();
      const [first, second] = [fact("task", "squad"), fact("task", "nq", "2026-02-01T00:00:00.000Z")];
      await write(place, run("a", 3, { task: "squad", told: [first] }));
      // Cut back to less than what is stored: the curve stays, the fact is new.
      const counts = await write(place, run("a", 2, { task: "nq", told: [second] }));
      expect(counts.conflicts).toEqual([{ run: "a", field: "task", before: first, now: second }]);
      expect((await read(place))[0]).toEqual(run("a", 3, { task: "nq", told: [first, second] }));
      const again = fact("task", "nq", "2026-03-01T00:00:00.000Z");
      expect(await write(place, run("a", 3, { task: "nq", told: [again] }))).toEqual({
        added: 0,
        updated: 0,
        unchanged: 1,
      });
    });

    test("a metric that was told keeps its curve when the log is read for another", async () => {
      const place = fresh();
      const told = [fact("metric", "f1")];
      await write(place, run("a", 3, { metric: "f1", told }));
      expect(await write(place, run("a", 4, { metric: "bleu" }))).toEqual({
        added: 0,
        updated: 0,
        unchanged: 1,
      });
      expect((await read(place))[0]!.metric).toBe("f1");
    });

    test("JSON lines and Parquet give the records back; another ending is refused", async () => {
      const place = fresh();
      const runs = [run("a", 3, { told: [fact("task", "t")], task: "t" }), run("b", 0, { license: "MIT" })];
      await write(place, ...runs);
      const lines = join(folder, "runs.jsonl.gz");
      await withStore(place, { mode: "read" }, (store) => store.exportRuns(lines));
      const parsed = gunzipSync(readFileSync(lines)).toString().trimEnd().split("\n");
      expect(parsed.map((line) => JSON.parse(line) as RunRecord)).toEqual(runs);
      for (const file of [lines, join(folder, "it's runs.parquet")]) {
        expect((await copyStore(place, file)).nRuns).toBe(2);
        const back = fresh();
        expect((await copyStore(file, back)).stored).toEqual({ added: 2, updated: 0, unchanged: 0 });
        expect(await read(back)).toEqual(runs);
      }
      const refused = withStore(place, { mode: "read" }, (store) =>
        store.exportRuns(join(folder, "runs.xlsx")),
      );
      await expect(refused).rejects.toThrow("must end in .jsonl, .jsonl.gz or .parquet");
    });

    test("models: promote, read, roll back, trials", async () => {
      const place = fresh();
      const registry = await openRegistry(place);
      const first = await registry.promote(bytes("one"), { facts: { nRuns: 1 }, runs: ["a"] });
      const second = await registry.promote(bytes("two"), { facts: { nRuns: 2 }, runs: ["a", "b"] });
      const other = await openRegistry(place);
      expect(await other.history()).toEqual([first, second]);
      expect(new TextDecoder().decode(await other.read((await other.current())!))).toBe("two");
      expect(await other.runsOf(second)).toEqual(["a", "b"]);
      expect(await other.rollback()).toEqual(first);
      expect(await registry.current()).toEqual(first);
      expect(await other.rollback()).toBeUndefined();
      expect(await registry.current()).toBeUndefined();
      await expect((async () => other.rollback())()).rejects.toThrow(InvalidInputError);
      await registry.keepTrials(new Map([["k1", bytes("t1")]]));
      await registry.keepTrials(new Map([["k2", bytes("t2")]]));
      expect(await other.trial("k1")).toBeUndefined();
      expect(new TextDecoder().decode(await other.trial("k2"))).toBe("t2");
      await registry.close();
      await other.close();
    });

    test("processes that promote at the same time lose no entry, and old bytes go", async () => {
      const place = fresh();
      const registries = await Promise.all([1, 2, 3].map(() => openRegistry(place)));
      await Promise.all(
        registries.map(async (registry, k) => {
          for (let i = 0; i < 5; i++) await registry.promote(bytes(`${k} ${i}`), { facts: {}, runs: [] });
        }),
      );
      expect(await registries[0]!.history()).toHaveLength(15);
      for (const registry of registries) await registry.close();
    });
  });
}

describe("copies", () => {
  test.skipIf(!withServer)(
    "DuckDB, PostgreSQL, Parquet and DuckDB again: equal to the last bit",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(anyRecord, { selector: ({ id }) => id, minLength: 1, maxLength: 12 }),
          async (runs) => {
            const places = [
              join(folder, `first ${nFolders++}`),
              server!.address(),
              join(folder, "runs.parquet"),
              join(folder, `last ${nFolders++}`),
            ] as const;
            await write(places[0], ...runs);
            await withRegistry(places[0], {}, (registry) =>
              registry.promote(bytes("model"), { facts: { a: 1 }, runs: ["x"] }),
            );
            for (const i of [0, 1, 2] as const) {
              expect((await copyStore(places[i], places[i + 1]!)).nRuns).toBe(runs.length);
            }
            const hashesOf = (place: string) => withStore(place, { mode: "read" }, (store) => store.hashes());
            const hashes = await hashesOf(places[0]);
            expect(await hashesOf(places[1])).toEqual(hashes);
            expect(await hashesOf(places[3])).toEqual(hashes);
            expect(await read(places[3])).toEqual(sorted(runs));
            await withRegistry(places[1], {}, async (registry) => {
              const entry = (await registry.current())!;
              expect(new TextDecoder().decode(await registry.read(entry))).toBe("model");
            });
          },
        ),
        { numRuns: 8 },
      );
    },
  );

  test("shards of several machines merge in any order, and a second time changes nothing", async () => {
    const shards = join(folder, "parts");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(shards);
    const runs = Array.from({ length: 9 }, (_, i) => run(`r${i}`, 2 + (i % 3)));
    for (const i of [2, 0, 1]) {
      const place = join(folder, `machine ${i}`);
      await write(place, ...runs.filter((_, k) => k % 3 === i));
      await copyStore(place, join(shards, `shard-${i}.${i === 1 ? "jsonl.gz" : "parquet"}`));
    }
    const all = join(folder, "all");
    expect((await copyStore(shards, all)).stored).toEqual({ added: 9, updated: 0, unchanged: 0 });
    expect((await copyStore(shards, all)).stored).toEqual({ added: 0, updated: 0, unchanged: 9 });
    expect(await read(all)).toEqual(runs);
  });

  test("a place that is nothing is named, and no target is made", async () => {
    const to = join(folder, "to");
    await expect(copyStore(join(folder, "nothing"), to)).rejects.toThrow(/is no store, no .jsonl/);
    expect(await withStore(to, { mode: "read" }, (store) => store.hashes())).toEqual(new Map());
  });
});
