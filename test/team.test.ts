import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordLine, Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const shown = (id: string): Record<string, unknown> =>
  place.stopwise("runs", "show", id, "--json").json() as Record<string, unknown>;

test("facts told once stay when the log is read again without them, with who told them", () => {
  writeFileSync(place.file("a.jsonl"), `${recordLine("a", 9, { task: null })}\n`);
  writeFileSync(
    place.file("stopwise.yaml"),
    'runs:\n  - path: "a.jsonl"\n    task: squad\n    datasetSize: 87000\n    hyper:\n      weightDecay: 0.1\n',
  );
  expect(place.stopwise("ingest", "a.jsonl", "--answer-length", "4").status).toBe(0);
  const facts = { task: "squad", datasetSize: 87000, answerLength: 4, hyper: { weightDecay: 0.1 } };
  expect(shown("a")).toMatchObject(facts);
  rmSync(place.file("stopwise.yaml"));
  expect(place.stopwise("ingest", "a.jsonl").stdout).toContain("0 added, 0 updated, 1 unchanged");
  writeFileSync(place.file("a.jsonl"), `${recordLine("a", 12, { task: null })}\n`);
  expect(place.stopwise("ingest", "a.jsonl").stdout).toContain("0 added, 1 updated, 0 unchanged");
  expect(shown("a")).toMatchObject(facts);
  expect((shown("a")["points"] as unknown[]).length).toBe(12);
  const told = shown("a")["told"] as Record<string, unknown>[];
  expect(told.map(({ field, from }) => [field, from])).toEqual([
    ["task", "stopwise.yaml"],
    ["datasetSize", "stopwise.yaml"],
    ["hyper.weightDecay", "stopwise.yaml"],
    ["answerLength", "--answer-length"],
  ]);
  for (const { by, at } of told)
    expect([by, at]).toEqual([expect.stringContaining("@"), expect.stringMatching(/^20/)]);
  const again = place.stopwise("ingest", "a.jsonl", "--task", "nq");
  expect(again.stderr).toMatch(
    /a: task was told as "squad" \(.+@.+, 20.+, stopwise.yaml\), now as "nq" \(--task\); the last counts/,
  );
  expect(shown("a")).toMatchObject({ task: "nq", datasetSize: 87000 });
});

test("ingest --retrain takes runs in and keeps the model fresh, in one call", () => {
  const lines = Array.from({ length: 12 }, (_, i) => recordLine(`run-${i}`, 20, { task: `t${i % 5}` }));
  writeFileSync(place.file("runs.jsonl"), lines.slice(0, 10).join("\n"));
  const first = place.stopwise("ingest", "runs.jsonl", "--retrain", "--json");
  expect(first.json()).toMatchObject({
    stored: { added: 10 },
    retrained: { status: expect.stringMatching(/promoted|kept/) as string },
  });
  const again = place.stopwise("ingest", "runs.jsonl", "--retrain");
  expect(again.stdout).toMatch(/0 added, 0 updated, 10 unchanged/);
  expect(again.status).toBe(0);
  expect(place.stopwise("ingest", "runs.jsonl", "--retrain", "--dry-run").status).toBe(2);
});

test("shards of the same logs, written apart, merge into what one machine reads", () => {
  mkdirSync(place.file("logs"));
  for (let i = 0; i < 14; i++) {
    mkdirSync(place.file(`logs/run-${i}`));
    writeFileSync(place.file(`logs/run-${i}/log.jsonl`), `${recordLine(`run-${i}`, 8)}\n`);
  }
  expect(place.stopwise("ingest", "logs").status).toBe(0);
  const written = [3, 1, 2].map(
    (i) =>
      (
        place.stopwise("ingest", "logs", "--shard", `${i}/3`, "--to", "parts", "--json").json() as {
          written: number;
        }
      ).written,
  );
  expect(written.reduce((sum, n) => sum + n, 0)).toBe(14);
  expect(written.filter((n) => n > 0).length).toBeGreaterThan(1);
  expect(readdirSync(place.file("parts")).sort()).toEqual(
    ["1", "2", "3"].map((i) => `shard-${i}-of-3.parquet`),
  );
  expect(place.stopwise("store", "copy", "parts", "merged").status).toBe(0);
  const exported = (store: string): string[] => {
    place.stopwise("runs", "export", "out.jsonl", "--store", store);
    return place.stopwise("runs", "--json", "--store", store).stdout.split("\n");
  };
  expect(exported("merged")).toEqual(exported(".stopwise"));
  for (const wrong of [
    ["--shard", "4/3", "--to", "x"],
    ["--shard", "1/2"],
    ["--to", "x"],
  ]) {
    expect(place.stopwise("ingest", "logs", ...wrong).status).toBe(2);
  }
});
