import { type RunRecord, runRecordSchema, type SimplePolicy } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";
import { parsePolicy } from "@stopwise/policies";
import { beforeAll, describe, expect, test } from "vitest";
import type { FittedEstimator, TrainingSet } from "@stopwise/learners";
import { nTargetsOf } from "@stopwise/meta-model";
import { ablation, featureGroups, hiding, type AblationRow } from "./ablation.ts";
import { studyOf } from "../study.ts";
import { withLossesOnly, withOverall, withTailsOnly } from "./target-ablation.ts";

/** The data size alone tells whether a run is done at once or rises late. */
function runs(nGroups: number): RunRecord[] {
  return Array.from({ length: nGroups * 2 }, (_, index) => {
    const group = index % nGroups;
    const slow = group % 2 === 0;
    return runRecordSchema.parse({
      id: `${index}`,
      group: `${group}`,
      metric: "exact_match",
      family: group % 3 === 0 ? "t5" : "gpt",
      datasetSize: slow ? 50_000 : 500,
      plannedSteps: 240,
      points: Array.from({ length: 24 }, (_point, t) => ({
        step: (t + 1) * 10,
        quality: slow ? (t < 16 ? 0.3 : 0.7) : 0.7,
      })),
    });
  });
}

const policies = [1, 2, 3, 5, 8, 12, 20].map(
  (threshold) => parsePolicy({ version: 1, criterion: "staleness", threshold }) as SimplePolicy,
);

describe("ablation", () => {
  let rows: AblationRow[];
  beforeAll(() => {
    rows = ablation(runs(24), { seed: 1, nFolds: 4, policies, bounds: [{ kind: "mean", maxEmLoss: 0.02 }] });
  }, 60_000);
  const at = (variant: string): AblationRow => rows.find((row) => row.variant === variant)!;

  test("the feature that tells is missed, another is not, and alone it is enough", () => {
    expect(at("kernel").gain).toEqual({ mean: 0, low: 0, high: 0 });
    expect(at("kernel").meanSaving).toBeGreaterThan(0.3);
    expect(at("without data size").gain.high).toBeLessThan(-0.1);
    expect(at("without model").gain.mean).toBeCloseTo(0, 2);
    expect(at("only data size").gain.mean).toBeCloseTo(0, 2);
    expect(at("only cadence").gain.high).toBeLessThan(-0.1);
  });

  test("a gain is the saving beyond that of kernel weights", () => {
    for (const row of rows) {
      expect(row.gain.mean).toBeCloseTo(row.meanSaving - at("kernel").meanSaving, 9);
      expect(row.gain.low).toBeLessThanOrEqual(row.gain.mean + 1e-9);
      expect(row.gain.high).toBeGreaterThanOrEqual(row.gain.mean - 1e-9);
    }
  });

  test("a risk that is the same for every task cannot tell the two kinds apart", () => {
    expect(at("risk the same for every task").gain.high).toBeLessThan(-0.1);
  });
});

test("the groups of features are a partition of them", () => {
  const named = Object.values(featureGroups).flat();
  expect([...named].sort()).toEqual(taskFeatureList.map(({ name }) => name).sort());
});

test("hiding makes a feature unknown of every run and leaves the others and the study as they were", () => {
  const study = studyOf(runs(4), { seed: 1, nFolds: 2, policies });
  const before = study.experience.features.map((row) => [...row]);
  const hidden = hiding(study, ["datasetSize"]);
  hidden.experience.features.forEach((row, run) => {
    expect([...row]).toEqual(before[run]!.map((value, column) => (column === 0 ? Number.NaN : value)));
  });
  expect(study.experience.features.map((row) => [...row])).toEqual(before);
});

describe("predicted targets", () => {
  // Two candidates: saving, loss, P(> 0.3 points), P(> 1 point), P(> 3 points).
  const own = Float64Array.of(0, 0.5, 0, 0.1, 0, 0.6, 0, 0.4, 0, 0.2);
  const other = { ...({} as TrainingSet), targets: Float32Array.from(own), nTargets: nTargetsOf(2) };
  const training: TrainingSet = {
    ...other,
    features: [new Float64Array(1), new Float64Array(1)],
    kinds: ["number"],
    targets: Float32Array.of(...Array.from(own, () => 0.25), ...Array.from(own, () => 0.75)),
    weights: Float64Array.of(0.5, 0.5),
    groups: Int32Array.of(0, 1),
  };
  const estimator = {
    name: "given",
    fit: (): FittedEstimator => ({ predict: () => own, predictHeldOut: () => own }),
  };
  const rounded = (row: Float64Array): number[] => Array.from(row, (value) => Number(value.toFixed(6)));

  test.each([
    ["saving", withOverall(estimator, "saving"), [0.5, 0.5, 0, 0.1, 0, 0.6, 0, 0.4, 0, 0.2]],
    ["risk", withOverall(estimator, "risk"), [0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    ["tails from losses", withLossesOnly(estimator), [0, 0.5, 0, 0.1, 0, 0.5, 0, 0.5, 0, 0.5]],
    ["losses from tails", withTailsOnly(estimator), [0, 0.5, 0, 0.08, 0, 0.6, 0, 0.4, 0, 0.2]],
  ])("%s", (_, changed, expected) => {
    const fitted = changed.fit(training, { seed: 1 });
    expect(rounded(fitted.predict(new Float64Array(1)))).toEqual(expected);
  });

  test("held out, the overall mean leaves the run's group out as well", () => {
    const fitted = withOverall(estimator, "saving").fit(training, { seed: 1 });
    expect(fitted.predictHeldOut(0)[0]).toBeCloseTo(0.75, 6);
  });
});
