import { describe, expect, test } from "vitest";
import { curveFrom, sharedText } from "@stopwise/policies/testing";
import { semantics, semanticsOf } from "../registry.ts";
import { replayCases } from "./replay-cases.ts";
import { replaySemantics } from "./replay-semantics.ts";
import { stopIndex } from "./stop-index.ts";

const vectors = sharedText("conformance/stop-vectors.json");

test.skipIf(vectors === undefined)("every column of every conformance case is met", () => {
  const { cases, nDifferent } = replayCases(JSON.parse(vectors!));
  expect(cases.filter(({ equal }) => !equal)).toEqual([]);
  expect(nDifferent).toBe(0);
  expect(cases.filter(({ column }) => column.endsWith(".float32"))).toHaveLength(3);
  expect(cases.length).toBe(60 * 8 + 3);
});

const flat = [0.1, 0.3, 0.3, 0.3, 0.3, 0.3];
const late = [0, 0, 0, 0, 0.1, 0.3, 0.5];
const up = Array.from({ length: 9 }, (_, i) => 0.5 + 0.004 * i);
const down = [0.3, 0.25, 0.2, 0.15, 0.1, 0.05];
const nanFirst = [Number.NaN, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
const max = (patience: number, minDelta = 0) => ({ mode: "max" as const, patience, minDelta });
const min = (patience: number, minDelta = 0) => ({ mode: "min" as const, patience, minDelta });
const saving2 = { options: { saveEvery: 2 } };

describe("Hugging Face before best moved at every evaluation, saving every second one", () => {
  test.each([
    { name: "plateau", values: flat, settings: max(2), stop: 3 },
    { name: "patience 0", values: flat, settings: max(0), stop: 0 },
    { name: "creep", values: up, settings: max(4, 0.01), stop: 5 },
    { name: "creeping loss", values: up.map((v) => -v), settings: min(4, 0.01), stop: 5 },
    {
      name: "gain of exactly the margin",
      values: [0.25, 0.5, 0.5, 0.5, 0.5],
      settings: max(2, 0.25),
      stop: 3,
    },
    { name: "fall", values: down, settings: max(2), stop: 3 },
    { name: "late take-off", values: late, settings: max(3), stop: null },
    { name: "NaN first", values: nanFirst, settings: max(2), stop: null },
  ])("$name", ({ values, settings, stop }) => {
    expect(stopIndex("hf", values, { ...settings, ...saving2 })).toBe(stop);
  });
});

test.each([
  { name: "rounds 0 stop at once", values: flat, settings: max(0), stop: 0 },
  { name: "plateau", values: flat, settings: max(2), stop: 3 },
  { name: "creeping loss", values: [2, 1.996, 1.992, 1.988], settings: min(4, 0.01), stop: null },
  { name: "a NaN first sticks", values: nanFirst, settings: max(2), stop: 2 },
])("xgboost: $name", ({ values, settings, stop }) => {
  expect(stopIndex("xgboost", values, settings)).toBe(stop);
});

test.each([
  {
    name: "flat from the second value on, within the grace period",
    values: flat,
    settings: max(3, 0.01),
    stop: 3,
  },
  {
    name: "without a grace period",
    values: flat,
    settings: { ...max(2, 0.01), options: { gracePeriod: 0 } },
    stop: 2,
  },
  { name: "a deviation of exactly std goes on", values: [1, 3, 1, 3, 1], settings: max(2, 1), stop: null },
  {
    name: "waits for the threshold",
    values: flat,
    settings: { ...max(3, 0.01), options: { metricThreshold: 0.4 } },
    stop: null,
  },
  { name: "NaN in the window", values: [1, 1, 1, Number.NaN, 1, 1], settings: max(3, 0.1), stop: null },
])("ray: $name", ({ values, settings, stop }) => {
  expect(stopIndex("ray", values, settings)).toBe(stop);
});

test("common equivalences hold: with no margin and patience >= 1 the counting trainers agree", () => {
  for (let patience = 1; patience < 5; patience++) {
    for (const values of [flat, late, up, down]) {
      const expected = stopIndex("hf", values, max(patience));
      for (const name of ["lightning", "keras", "tfjs", "fastai", "lightgbm", "xgboost"]) {
        expect(stopIndex(name, values, max(patience)), name).toBe(expected);
      }
      expect(stopIndex("composer", values, max(patience - 1))).toBe(expected);
    }
  }
});

test("every alias leads to one trainer and an unknown one is refused", () => {
  for (const [name, { aliases }] of semantics)
    for (const alias of aliases) expect(semanticsOf(alias).name).toBe(name);
  expect(() => semanticsOf("caffe")).toThrow(
    'semantics "caffe" is not known. Known: huggingface, composer, ',
  );
});

const one = {
  id: "a",
  curve: [0.1, "NaN"],
  mode: "max",
  patience: 1,
  minDelta: 0,
  options: {},
  stop: { hf: 1 },
};
test.each([
  [{ version: 2, cases: [] }, "version must be 1, got 2."],
  [{ version: 1, cases: [{ ...one, curve: [0.1, "nan"] }] }, "cases.0.curve.1 is not valid"],
  [{ version: 1, cases: [one, { ...one, patience: -1 }] }, "cases.1.patience must be >= 0, got -1."],
  [{ version: 1, cases: [{ ...one, stop: { caffe: 1 } }] }, 'cases.0 (a): semantics "caffe" is not known.'],
  [
    { version: 1, cases: [{ ...one, options: { hf: { skip: 1 } } }] },
    'cases.0 (a): options has no field "skip".',
  ],
])("a broken file of cases is refused: %j", (json, message) => {
  expect(() => replayCases(json)).toThrow(message);
});

test("a difference is counted", () => {
  expect(replayCases({ version: 1, cases: [one] })).toEqual({
    cases: [{ id: "a", column: "hf", index: 1, expected: 1, equal: true }],
    nDifferent: 0,
  });
  expect(replayCases({ version: 1, cases: [{ ...one, stop: { hf: null } }] }).nDifferent).toBe(1);
});

const policy = { version: 1, criterion: "staleness", threshold: 4, params: { minDelta: 0.01 } };

test("one policy stops where each trainer would", () => {
  const curve = curveFrom(up);
  expect(replaySemantics(policy, curve, "hf")).toMatchObject({
    stopIndex: 4,
    decision: { action: "stop", step: 500, reason: expect.stringContaining("patience 4") as string },
  });
  expect(replaySemantics(policy, curve, "keras").stopIndex).toBeNull();
});

test("a warm-up is the trainer's own where it has one, and told where it has not", () => {
  const curve = curveFrom([0.9, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2]);
  const run = (warmup: object, name: string) =>
    replaySemantics({ version: 1, criterion: "staleness", threshold: 2, warmup }, curve, name);
  expect(run({ evals: 2, updatesBest: false }, "hf")).toMatchObject({ stopIndex: 5, notes: [] });
  expect(run({ steps: 300, updatesBest: false }, "keras")).toMatchObject({ stopIndex: 5, notes: [] });
  expect(run({ evals: 2 }, "hf")).toMatchObject({
    stopIndex: 5,
    notes: ["huggingface leaves the evaluations of a warm-up out of the best: replayed so."],
  });
  const { stopIndex, decision } = run({ evals: 2 }, "lightning");
  expect(stopIndex).toBe(2);
  expect(decision!.reason).toMatch(/patience 2\. lightning has no warm-up: replayed without\.$/);
});

test("a baseline and uncounted evaluations reach the trainer that has them, as in cases", () => {
  const low = [0.1, 0.2, 0.3, 0.4, 0.35, 0.5];
  const run = (params: object, name: string) =>
    replaySemantics({ version: 1, criterion: "staleness", threshold: 3, params }, curveFrom(low), name)
      .stopIndex;
  const inCases = (name: string) => stopIndex(name, low, { ...max(3), options: { baseline: 0.6 } });
  expect(run({ baseline: 0.6 }, "keras")).toBe(inCases("keras"));
  expect(run({ baseline: 0.6 }, "keras")).toBe(4);
  expect(run({ baseline: 0.6, baselineRole: "reference" }, "tfjs")).toBe(inCases("tfjs"));
  expect(run({ baseline: 0.6, baselineRole: "reference" }, "tfjs")).toBe(2);
  expect(() => run({ baseline: 0.6 }, "hf")).toThrow("it has none. Leave params.baseline out.");
  expect(() => run({ baseline: 0.6 }, "tfjs")).toThrow('Give params.baselineRole "reference".');
  expect(() => run({ countAfter: 2 }, "keras")).toThrow("counts every evaluation.");
  expect(run({ countAfter: 5 }, "together")).toBeNull();
});

test.each([
  { name: "plateau", values: flat, patience: 2, options: {}, stop: 3 },
  { name: "saving every second evaluation", values: flat, patience: 1, options: { saveEvery: 2 }, stop: 3 },
  { name: "a NaN first is forgotten", values: nanFirst, patience: 2, options: {}, stop: null },
  {
    name: "older releases never set back",
    values: [0.1, 0.1, 0.2, 0.2, 0.3],
    patience: 2,
    options: { cumulative: true },
    stop: 3,
  },
  { name: "newer ones do", values: [0.1, 0.1, 0.2, 0.2, 0.3], patience: 2, options: {}, stop: null },
])("ms-swift: $name", ({ values, patience, options, stop }) => {
  expect(stopIndex("ms-swift", values, { ...max(patience), options })).toBe(stop);
});

test("what a trainer cannot do is refused", () => {
  const curve = curveFrom(up);
  const run = (changes: object, name: string) => () =>
    replaySemantics({ ...policy, ...changes }, curve, name);
  expect(run({ criterion: "never", params: {} }, "hf")).toThrow("takes a staleness policy, got never");
  expect(run({ threshold: 0.5, params: { unit: "tokenShare" } }, "hf")).toThrow('Give params.unit "evals".');
  expect(run({ threshold: 1.5 }, "hf")).toThrow("patience must be a whole number >= 0, got 1.5.");
  expect(run({ warmup: { evals: 3, updatesBest: false } }, "hf")().stopIndex).toBe(7);
});
