import { curveOf, groupOf, reachedPlan, type Curve, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { taskFeatureList, taskFeatures, taskOf } from "@stopwise/features";
import { outcomeMatrix, type OutcomeMatrix } from "@stopwise/policies";
import { familiesOf } from "./families-of.ts";
import type { OutcomeTable } from "./outcome-table.ts";
import { SettingGrid } from "./policy-family.ts";

/** Past runs, made ready to learn from: their curves, task features, groups and replayed outcomes. */
export interface Experience {
  readonly runs: readonly RunRecord[];
  readonly curves: readonly Curve[];
  /** `[nRuns][nFeatures]` */
  readonly features: readonly Float64Array[];
  /** Group number of each run, in order of first appearance. */
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
  /** Whether a run was recorded to its plan, and so may calibrate and be judged. */
  readonly complete: readonly boolean[];
  readonly grid: SettingGrid;
  /** Outcomes `[nRuns, nSettings]`. */
  readonly table: OutcomeTable;
}

/** Replays policies on curves: `outcomeMatrix`, or one that uses threads and gives the same. */
export type Replayer = (curves: readonly Curve[], policies: readonly SimplePolicy[]) => OutcomeMatrix;

/** Kind of each task feature. */
export const featureKinds: readonly ("number" | "category")[] = taskFeatureList.map(
  (feature) => feature.kind,
);

/** Whether a run has a checkpoint that can be judged: two finite values of what it is judged by. */
function isUsable(curve: Curve): boolean {
  const series = curve.kind === "loss" ? curve.evalLoss : curve.quality;
  let finite = 0;
  for (const value of series) if (!Number.isNaN(value)) finite++;
  return finite >= 2 && curve.firstStop < curve.nCheckpoints;
}

/** A run that can be learned from, with its curve. */
export interface UsableRun {
  readonly run: RunRecord;
  readonly curve: Curve;
}

/** The runs with two judged checkpoints, in their order. */
export function usableRuns(runs: readonly RunRecord[]): UsableRun[] {
  return runs.map((run) => ({ run, curve: curveOf(run) })).filter(({ curve }) => isUsable(curve));
}

/**
 * Replays a portfolio on runs. Runs without two judged checkpoints are left out.
 *
 * @param runs run records, of quality or loss kind
 * @param policies the portfolio
 * @param replay how they are replayed; default in this thread
 */
export function experienceOf(
  runs: readonly RunRecord[],
  policies: readonly SimplePolicy[],
  replay?: Replayer,
): Experience {
  return experienceOfUsable(usableRuns(runs), policies, replay);
}

/** As `experienceOf`, from runs whose curves are at hand. */
export function experienceOfUsable(
  usable: readonly UsableRun[],
  policies: readonly SimplePolicy[],
  replay: Replayer = outcomeMatrix,
): Experience {
  const curves = usable.map(({ curve }) => curve);
  const grid = new SettingGrid(familiesOf(policies));
  const matrix = replay(
    curves,
    Array.from({ length: grid.nSettings }, (_, setting) => grid.policyOf(setting)),
  );
  const groupNames = [...new Set(usable.map(({ run }) => groupOf(run)))];
  const number = new Map(groupNames.map((name, index) => [name, index]));
  return {
    runs: usable.map(({ run }) => run),
    curves,
    features: usable.map(({ run }) => taskFeatures(taskOf(run))),
    groups: Int32Array.from(usable, ({ run }) => number.get(groupOf(run))!),
    groupNames,
    complete: usable.map(({ run }) => reachedPlan(run)),
    grid,
    table: {
      nRuns: curves.length,
      nSettings: grid.nSettings,
      saving: matrix.saving,
      emLoss: matrix.emLoss,
    },
  };
}
