import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@stopwise/core";
import { FolderRegistry } from "@stopwise/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fitTrial, modelsOf, trialKey, type Trial } from "./trial.ts";

let folder: string;
let registry: FolderRegistry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-trial-"));
  registry = new FolderRegistry(folder);
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
const options = () => ({ registry, seed: 1 });
const kept = (): string[] => readdirSync(join(folder, "models", "trials"));

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
