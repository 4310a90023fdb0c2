import { runRecordSchema, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { parsePolicy } from "@stopwise/policies";
import { beforeAll, describe, expect, test } from "vitest";
import { fewShot } from "./few-shot.ts";
import type { FewShotPoint } from "./few-shot-point.ts";
import { newTasks } from "./few-shot-tasks.ts";
import { studyOf } from "../study.ts";

/** Nothing but a task's own runs tells whether its runs are done at once or rise late: every second task does. */
function runs(nGroups: number, size: number): RunRecord[] {
  return Array.from({ length: nGroups * size }, (_, index) => {
    const group = index % nGroups;
    const isLate = group % 2 === 1;
    return runRecordSchema.parse({
      id: `${index}`,
      group: `${group}`,
      task: `${group}`,
      metric: "exact_match",
      datasetSize: 1000 + group,
      plannedSteps: 200,
      hyper: { configuration: Math.floor(index / nGroups) },
      points: Array.from({ length: 20 }, (_point, t) => ({
        step: (t + 1) * 10,
        quality: isLate ? (t < 15 ? 0.3 : 0.7) : 0.7,
      })),
    });
  });
}

const policies = [1, 2, 3, 5, 8, 12].map(
  (threshold) => parsePolicy({ version: 1, criterion: "staleness", threshold }) as SimplePolicy,
);
const tail = { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 } as const;

describe("few-shot", () => {
  let points: FewShotPoint[];
  beforeAll(() => {
    const options = { bounds: [tail], seed: 1, ownRuns: [0, 3, 9], policies, ownWeight: 400 };
    points = fewShot([...runs(12, 15), ...runs(3, 5).map((run) => ({ ...run, group: `few-${run.group}` }))], {
      ...options,
    });
  }, 60_000);
  const at = (method: FewShotPoint["method"], ownRuns: number, cohort = 9): FewShotPoint =>
    points.find((it) => it.method === method && it.ownRuns === ownRuns && it.cohort === cohort)!;

  test("own runs teach which tasks are done at once", () => {
    expect(at("recommend", 0)).toMatchObject({ meanSaving: 0, meanEmLoss: 0, low: 0, high: 0 });
    // Six of the twelve tasks are done at the first evaluation.
    expect(at("recommend", 9).meanSaving).toBeGreaterThan(0.4);
    expect(at("recommend", 9).shareOverBound).toBe(0);
  });

  test("nine configurations is the fewest that certify anything at 90 %, and none is certified by other tasks", () => {
    expect(at("same-task-certificate", 0).meanSaving).toBe(0);
    expect(at("same-task-certificate", 3).meanSaving).toBe(0);
    expect(at("same-task-certificate", 9).shareOverBound).toBe(0);
  });

  test("the median rule needs three runs of the task", () => {
    // Every run of a task is alike: the best so far is never below the median of the running means.
    expect(at("median-rule", 3).meanSaving).toBe(0);
  });

  test("points of a cohort are about the same tasks and the same judged runs", () => {
    expect([at("recommend", 0).nGroups, at("recommend", 9).nGroups]).toEqual([12, 12]);
    expect([at("recommend", 0).nRuns, at("recommend", 9).nRuns]).toEqual([60, 60]);
    expect(at("recommend", 3, 3).nGroups).toBe(15);
    expect(points.some((it) => it.ownRuns > it.cohort)).toBe(false);
  });

  test("the head-room is what one policy for each task saves, and own runs close it at equal loss", () => {
    const best = at("best-policies", 0).meanSaving;
    expect(best).toBeGreaterThan(0.4);
    expect(at("recommend-frontier", 9).meanSaving).toBeCloseTo(best, 6);
    expect(at("best-on-own", 9).meanSaving).toBeCloseTo(best, 6);
    expect(at("best-on-own", 0).meanSaving).toBe(0);
    expect(at("recommend-frontier", 9).gain.low).toBeGreaterThan(0);
  });

  test("own runs that weigh 400 groups make up most of a prediction", () => {
    expect(at("recommend", 0).ownShare).toBe(0);
    expect(at("recommend", 9).ownShare).toBeGreaterThan(0.8);
  });

  test.each(["outcomes", "residuals"] as const)("own %s, at their credibility, teach the same", (kind) => {
    const blended = fewShot(runs(12, 15), {
      bounds: [tail],
      seed: 1,
      ownRuns: [0, 9],
      policies,
      use: { kind, scale: 1 },
    });
    const point = blended.find((it) => it.method === "recommend-frontier" && it.ownRuns === 9)!;
    // Runs of a task are alike: no variance within groups, and own runs count for everything.
    expect(point.ownShare).toBeCloseTo(1, 6);
    expect(point.meanSaving).toBeGreaterThan(0.4);
    expect(point.shareOverBound).toBe(0);
  });

  test("more draws judge more runs of the same tasks", () => {
    const options = { bounds: [tail], seed: 1, ownRuns: [0, 3], policies } as const;
    const [one] = fewShot(runs(6, 9), options);
    const [two] = fewShot(runs(6, 9), { ...options, draws: 2 });
    expect([one!.nGroups, one!.nRuns]).toEqual([6, 18]);
    expect([two!.nGroups, two!.nRuns]).toEqual([6, 36]);
  });

  test("no task with enough runs gives no point", () => {
    expect(fewShot(runs(4, 2), { bounds: [tail], seed: 1, ownRuns: [0, 3], policies })).toEqual([]);
  });
});

test("own configurations certify the prediction of other tasks and move it", () => {
  // All tasks are done at once but every eighth run: predictions stop, and few own runs cannot certify that.
  const some = runs(16, 45).map((run, index) =>
    Math.floor(index / 16) % 15 === 0
      ? run
      : { ...run, points: run.points.map((point) => ({ ...point, quality: 0.7 })) },
  );
  const points = fewShot(some, { bounds: [tail], seed: 2, ownRuns: [0, 9, 30], policies });
  const certified = (ownRuns: number): FewShotPoint =>
    points.find((it) => it.method === "same-task-certificate" && it.ownRuns === ownRuns && it.cohort === 30)!;
  expect(certified(30).meanSaving).toBeGreaterThan(certified(9).meanSaving);
  expect(certified(30).shareOverBound).toBeLessThanOrEqual(0.1);
  expect(certified(0).meanSaving).toBe(0);
}, 60_000);

test("repetitions of a judged configuration are nobody's own runs", () => {
  const twins = runs(4, 9).flatMap((run) => [
    { ...run, id: `${run.id}-1`, hyper: { ...run.hyper, seed: 1 } },
    { ...run, id: `${run.id}-2`, hyper: { ...run.hyper, seed: 2 } },
  ]);
  const study = studyOf(twins, { seed: 1, nFolds: 2, policies });
  const tasks = newTasks(study, study.folds[0]!, { seed: 1, fewest: 1, most: 30 });
  expect(tasks).toHaveLength(2);
  for (const { judged, pool } of tasks) {
    const of = (row: number): unknown => study.experience.runs[row]!.hyper["configuration"];
    const asked = new Set(judged.map(of));
    expect(judged).toHaveLength(6);
    expect(pool.length).toBeGreaterThan(3);
    expect(pool.some((row) => asked.has(of(row)))).toBe(false);
  }
});
