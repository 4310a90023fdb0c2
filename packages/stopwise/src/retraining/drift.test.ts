import type { RunRecord } from "@stopwise/core";
import { expect, test } from "vitest";
import { driftOf } from "./drift.ts";

const run = (id: string, fields: Partial<RunRecord>): RunRecord => ({
  id,
  metric: "exact_match",
  kind: "quality",
  hyper: {},
  points: [{ step: 1, quality: 0.5 }],
  ...fields,
});

const known = [
  run("a", { datasetSize: 1000, family: "t5", params: 6e7 }),
  run("b", { datasetSize: 87_000, family: "gpt2" }),
];

test("new runs outside of what was known are named by fact, with both ranges", () => {
  const fresh = [
    run("c", { datasetSize: 500_000, family: "llama", params: 6e7 }),
    run("d", { datasetSize: 700_000, family: "t5" }),
    run("e", { datasetSize: 2000, answerLength: 900 }),
  ];
  expect(driftOf(known, fresh)).toEqual([
    { fact: "datasetSize", nRuns: 2, known: "1000 to 87000", now: "500000 to 700000" },
    { fact: "family", nRuns: 1, known: "gpt, t5", now: "llama" },
  ]);
});

test("runs inside, unknown facts and nothing to compare with tell nothing", () => {
  expect(driftOf(known, [run("c", { datasetSize: 1000, family: "t5" }), run("d", {})])).toEqual([]);
  expect(driftOf([], known)).toEqual([]);
  expect(driftOf(known, [])).toEqual([]);
});
