import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@stopwise/core";
import { ModelRegistry } from "@stopwise/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fitInWorker, fitTrial, modelsOf, trialKey, type Trial } from "./trial.ts";

let folder: string;
let registry: ModelRegistry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-trial-"));
  registry = new ModelRegistry(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs of three tasks that level off at their own height and speed. */
const runsOf = (n: number): RunRecord[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `r${i}`,
    group: `g${i % 3}`,
    metric: "exact_match",
    kind: "quality",
    hyper: {},
    end: "completed",
    datasetSize: 1000 * (1 + (i % 4)),
    points: Array.from({ length: 15 }, (_point, k) => ({
      step: k + 1,
      quality: 0.8 - 0.7 * Math.exp(-(k + 1) / (2 + (i % 5))),
    })),
  }));

const trial = (runs: RunRecord[]): Trial => ({
  runs,
  key: trialKey(runs, ({ id }) => `hash of ${id}`, { seed: 1, shipped: "sha256:a" }),
});
const options = (beside = false) => ({ registry, seed: 1, beside });
const kept = (): string[] => readdirSync(join(folder, "models", "trials"));

test("a worker fits what this thread fits", async () => {
  const runs = runsOf(9);
  const [bytes] = await fitInWorker({ trials: [runs], seed: 1 });
  expect(Buffer.from(bytes!).equals(fitTrial(runs, 1))).toBe(true);
  const [model] = await modelsOf([{ runs, key: undefined }], options(true));
  expect(Buffer.from(model!.bytes).equals(bytes!)).toBe(true);
  expect(kept()).toEqual([]);
});

test("a model that was kept is read, not fitted, and equals one fitted anew", async () => {
  const [first, second] = [trial(runsOf(9)), trial(runsOf(12))];
  await modelsOf([first], options());
  expect(kept()).toEqual([`${first.key!}.stopwise.model`]);
  // Without its runs it could not be fitted: that it is there at all shows that it was read.
  const [ours, theirs] = await modelsOf([second, { ...first, runs: [] }], options());
  expect(Buffer.from(theirs!.bytes).equals(fitTrial(first.runs, 1))).toBe(true);
  expect(Buffer.from(ours!.bytes).equals(fitTrial(second.runs, 1))).toBe(true);
  expect(kept()).toHaveLength(2);
  await modelsOf([second], options());
  expect(kept()).toEqual([`${second.key!}.stopwise.model`]);
});

test("a kept model that was damaged is fitted again", async () => {
  const only = trial(runsOf(9));
  await modelsOf([only], options());
  const file = join(folder, "models", "trials", kept()[0]!);
  writeFileSync(file, readFileSync(file).fill(1, 200, 300));
  const [model] = await modelsOf([only], options());
  expect(Buffer.from(model!.bytes).equals(fitTrial(only.runs, 1))).toBe(true);
});

describe("the key of a trial differs with", () => {
  const runs = runsOf(3);
  const hashOf = ({ id }: RunRecord): string => id;
  const base = trialKey(runs, hashOf, { seed: 1, shipped: "a" });
  test.each([
    ["a run more", trialKey(runsOf(4), hashOf, { seed: 1, shipped: "a" })],
    ["a run's content", trialKey(runs, ({ id }) => `${id} grown`, { seed: 1, shipped: "a" })],
    ["whose run it is", trialKey(runs, () => undefined, { seed: 1, shipped: "a" })],
    ["the seed", trialKey(runs, hashOf, { seed: 2, shipped: "a" })],
    ["the code that trains", trialKey(runs, hashOf, { seed: 1, shipped: "b" })],
  ])("%s", (_, key) => expect(key).not.toBe(base));
  test("nothing else", () => {
    expect(trialKey(runsOf(3), hashOf, { seed: 1, shipped: "a" })).toBe(base);
  });
});
