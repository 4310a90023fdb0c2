import { curveOf, InsufficientDataError, runRecordSchema, type RunRecord } from "@stopwise/core";
import { hindsight, tailHindsight } from "@stopwise/policies";
import { beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { evaluate } from "./evaluate.ts";
import type { EvaluateReport, EvaluateRow } from "./report.ts";

/** Runs of two metrics; large data sets stall and rise late, small ones are done at once: no one patience suits both. */
function runs(nGroups: number, seed = 1, kind: "quality" | "loss" = "quality"): RunRecord[] {
  const random = randomFrom(seed);
  return Array.from({ length: nGroups * 2 }, (_, index) => {
    const group = index % nGroups;
    const slow = group % 2 === 0;
    return runRecordSchema.parse({
      id: `${kind}-${seed}-${index}`,
      group: `${kind}-${seed}-${group}`,
      metric: kind === "loss" ? "eval_loss" : group % 3 === 0 ? "f1" : "exact_match",
      kind,
      family: slow ? "t5" : "gpt",
      datasetSize: slow ? 50_000 : 500,
      plannedSteps: 240,
      hyper: { epochs: 3 },
      points: Array.from({ length: 24 }, (_, t) => {
        const rise = slow ? (t < 12 ? 0.4 : 1) : 1 - Math.exp(-(t + 1) / 0.8);
        const value = Math.round(1000 * (0.7 * rise + 0.004 * random())) / 1000;
        const step = (t + 1) * 10;
        return kind === "loss" ? { step, value: 2 - value } : { step, quality: value };
      }),
    });
  });
}

let report: EvaluateReport;
beforeAll(() => {
  report = evaluate([...runs(24), ...runs(8, 2, "loss")], { data: "made up", seed: 3, nFolds: 3 });
}, 120_000);

const rowsOf = (keys: Partial<EvaluateRow>): EvaluateRow[] =>
  report.rows.filter((row) =>
    Object.entries(keys).every(([key, value]) => row[key as keyof EvaluateRow] === value),
  );

describe("evaluate", () => {
  test("has every method, bound, selection, weighting and class of the contract", () => {
    const methods = new Set(report.rows.map((row) => row.method));
    for (const name of [
      ..."never-stop patience-1 patience-3 patience-5 patience-10 1-epoch best-fixed ridge kernel forest".split(
        " ",
      ),
      ..."nearest-task recommend learned value-iteration extrapolation median-rule hindsight".split(" "),
    ]) {
      expect(methods, name).toContain(name);
    }
    expect(new Set(report.rows.map((row) => row.metricClass))).toEqual(
      new Set(["all", "match", "overlap", "loss"]),
    );
    const bounds = rowsOf({
      method: "recommend",
      metricClass: "all",
      selection: "promise",
      weighting: "group",
    });
    expect(bounds.map((row) => row.bound)).toEqual([
      { kind: "mean", maxEmLoss: 0.0025 },
      { kind: "mean", maxEmLoss: 0.005 },
      { kind: "mean", maxEmLoss: 0.01 },
      { kind: "mean", maxEmLoss: 0.02 },
      { kind: "tail", maxEmLoss: 0.01, alpha: 0.05 },
      { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
      { kind: "tail", maxEmLoss: 0.01, alpha: 0.2 },
    ]);
    for (const selection of ["promise", "certified", "frontier"] as const) {
      for (const weighting of ["group", "run"] as const) {
        expect(rowsOf({ method: "best-fixed", metricClass: "all", selection, weighting })).toHaveLength(7);
      }
    }
    expect([report.nRuns, report.nGroups]).toEqual([64, 32]);
  });

  test("never-stop saves nothing, loses nothing and holds", () => {
    for (const row of rowsOf({ method: "never-stop" })) {
      expect(row).toMatchObject({
        meanSaving: 0,
        meanEmLoss: 0,
        held: true,
        verdict: "held",
        meanClippedLoss: 0,
        low: 0,
        high: 0,
        shareOverBound: 0,
      });
    }
  });

  test("hindsight is that of its own kind of bound", () => {
    const judged = runs(24).map(curveOf);
    const weights = new Float64Array(judged.length).fill(1 / judged.length);
    for (const row of rowsOf({ method: "hindsight", metricClass: "all", weighting: "group" })) {
      const { kind, maxEmLoss, alpha } = row.bound;
      const best =
        kind === "tail"
          ? tailHindsight(judged, { weights, maxEmLoss, alpha: alpha! })
          : hindsight(judged, { weights, maxMeanLoss: maxEmLoss });
      expect(row.meanSaving, JSON.stringify(row.bound)).toBeCloseTo(best.saving, 9);
    }
  });

  test("a frontier keeps its bound, and nothing that keeps it beats hindsight", () => {
    for (const row of report.rows) {
      const { kind, maxEmLoss, alpha } = row.bound;
      const risk = kind === "mean" ? row.meanEmLoss : row.shareOverBound;
      if (row.selection === "frontier" && ["kernel", "best-fixed", "learned"].includes(row.method)) {
        expect(risk, row.method).toBeLessThanOrEqual((kind === "mean" ? maxEmLoss : alpha!) + 1e-6);
      }
      if (risk <= (kind === "mean" ? maxEmLoss : alpha!) && row.shareOfHindsight !== null) {
        expect(row.shareOfHindsight, row.method).toBeLessThanOrEqual(1 + 1e-6);
      }
      expect(row.low).toBeLessThanOrEqual(row.meanSaving + 1e-9);
      expect(row.high).toBeGreaterThanOrEqual(row.meanSaving - 1e-9);
    }
  });

  test("what depends on the task beats the best fixed policy where tasks differ", () => {
    const key = { metricClass: "all", selection: "frontier", weighting: "group" } as const;
    const at = (method: string): number => rowsOf({ ...key, method })[1]!.meanSaving;
    expect(at("kernel")).toBeGreaterThan(at("best-fixed") + 0.05);
  });

  test("every method has a hypervolume in each block and weighting", () => {
    const keys = (rows: readonly Pick<EvaluateRow, "metricClass" | "weighting" | "method">[]): Set<string> =>
      new Set(rows.map(({ metricClass, weighting, method }) => `${metricClass} ${weighting} ${method}`));
    expect(report.hypervolume).toHaveLength(keys(report.rows).size);
    expect(keys(report.hypervolume!)).toEqual(keys(report.rows));
    const at = (method: string): number =>
      report.hypervolume!.find((it) => it.method === method && it.metricClass === "all")!.value;
    expect(at("never-stop")).toBe(0);
    expect(at("kernel")).toBeGreaterThan(at("best-fixed"));
  });

  test("the same seed gives the same report", () => {
    const small = { data: "x", seed: 5, nFolds: 2, learners: {} };
    expect(evaluate(runs(6), small)).toEqual(evaluate(runs(6), small));
  });

  test("runs that did not reach their plan are not judged", () => {
    const cut = runs(8).map((run, index) => (index < 2 ? { ...run, end: "early-stopped" as const } : run));
    expect(evaluate(cut, { nFolds: 2, learners: {} }).nRuns).toBe(14);
  });

  test("with test runs, only those are judged, by what the others taught", () => {
    const judged = evaluate(runs(12), { test: runs(5, 9), learners: {} });
    expect([judged.nRuns, judged.nGroups]).toEqual([10, 5]);
    expect(judged.rows.some((row) => row.method === "kernel" && row.meanSaving > 0)).toBe(true);
  });

  test("by source, what is judged learned nothing from its source", () => {
    // Source b is done at once like no run of a: what is promised on either is wrong for the other.
    const of = (source: string, seed: number): RunRecord[] =>
      runs(8, seed)
        .filter((run) => (run.family === "t5") === (source === "a"))
        .map((run) => ({ ...run, source }));
    const both = [...of("a", 1), ...of("b", 2)];
    const options = { nFolds: 5, learners: {}, bounds: [{ kind: "mean", maxEmLoss: 0.02 }] } as const;
    const best = (report: EvaluateReport): EvaluateRow =>
      report.rows.find((row) => row.method === "best-fixed" && row.selection === "promise")!;
    const [byGroup, bySource] = [evaluate(both, options), evaluate(both, { ...options, foldUnit: "source" })];
    expect([byGroup.folds, bySource.folds]).toEqual(["group", "source"]);
    expect(bySource.nRuns).toBe(byGroup.nRuns);
    expect(best(bySource).meanEmLoss).toBeGreaterThan(best(byGroup).meanEmLoss + 0.05);
  });

  test("one source is refused", () => {
    const one = runs(6).map((run) => ({ ...run, source: "a" }));
    expect(() => evaluate(one, { foldUnit: "source" })).toThrow(
      "needs 2 sources of runs that reached their plan, has 1.",
    );
  });

  test("one group is refused", () => {
    expect(() => evaluate(runs(1), {})).toThrow(InsufficientDataError);
    expect(() => evaluate([], {})).toThrow("needs 2 groups of runs that reached their plan, has 0.");
  });
});
