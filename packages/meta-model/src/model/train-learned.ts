import {
  curveOf,
  groupOf,
  InsufficientDataError,
  reachedPlan,
  type Curve,
  type RunRecord,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { outcomeTable, passageTable } from "@stopwise/policies";
import type { FittedInRun, InRunTraining } from "../learned/in-run-learner.ts";
import { fitRemainingGain, type RemainingGainModel } from "../learned/remaining-gain.ts";
import { thresholdGrid } from "../learned/threshold.ts";
import type { Section } from "./container.ts";
import { quantised } from "./quantised.ts";

/** Runs of one kind as the start-of-run part split them; `calibration` in the order of its kept runs. */
export interface LearnedRuns {
  readonly fit: readonly RunRecord[];
  readonly calibration: readonly RunRecord[];
}

type Kind = "quality" | "loss";

/** Thresholds that a calibration moves along. */
const nThresholds = 120;

function trainingOf(runs: readonly RunRecord[]): InRunTraining {
  return {
    curves: runs.map(curveOf),
    tasks: runs.map(taskOf),
    groups: runs.map(groupOf),
    complete: runs.map(reachedPlan),
  };
}

/**
 * Learns the in-run criterion on the fit runs of every kind, and replays it on the calibration runs under a grid of
 * thresholds, so that a threshold can be certified for any bound. No sections where there are too few groups to learn.
 */
export function trainLearned(
  parts: Readonly<Partial<Record<Kind, LearnedRuns>>>,
  seed: number,
): Record<string, Section> {
  const training = trainingOf(Object.values(parts).flatMap(({ fit }) => fit));
  const fitted = fitOrNothing(training, seed);
  if (fitted === undefined) return {};
  const sections: Record<string, Section> = { learned: new Uint8Array(fitted.model.toBytes()) };
  for (const kind of ["quality", "loss"] as const) {
    const calibration = parts[kind]?.calibration ?? [];
    const thresholds = gridFor(kind, training, fitted);
    if (thresholds.length > 0) Object.assign(sections, calibrated(kind, { fitted, thresholds, calibration }));
  }
  return sections;
}

function fitOrNothing(training: InRunTraining, seed: number): FittedInRun<RemainingGainModel> | undefined {
  try {
    return fitRemainingGain(training, { seed });
  } catch (error) {
    if (error instanceof InsufficientDataError) return undefined;
    throw error;
  }
}

/** Thresholds at equal steps through the held-out statistics of the fit runs of a kind, ascending. */
function gridFor(kind: Kind, { curves, groups }: InRunTraining, { heldOut }: FittedInRun): Float64Array {
  const own = curves.map((_, run) => run).filter((run) => curves[run]!.kind === kind);
  const sample = {
    series: own.map((run) => heldOut[run]!),
    curves: own.map((run) => curves[run]!),
    groups: own.map((run) => groups[run]!),
  };
  return thresholdGrid(sample, nThresholds);
}

function calibrated(
  kind: Kind,
  work: {
    fitted: FittedInRun<RemainingGainModel>;
    thresholds: Float64Array;
    calibration: readonly RunRecord[];
  },
): Record<string, Section> {
  const { fitted, thresholds, calibration } = work;
  const curves = calibration.map(curveOf);
  const series = calibration.map((run, index) => fitted.model.series(curves[index]!, taskOf(run)));
  const stops = passageTable(
    series,
    curves.map((curve: Curve) => curve.firstStop),
    thresholds,
  );
  const saving = new Uint16Array(stops.length);
  const emLoss = new Uint16Array(stops.length);
  curves.forEach((curve, run) => {
    const table = outcomeTable(curve, "best");
    for (let k = run * thresholds.length; k < (run + 1) * thresholds.length; k++) {
      saving[k] = quantised(table.saving[stops[k]!]!);
      emLoss[k] = quantised(table.emLoss[stops[k]!]!);
    }
  });
  return {
    [`${kind}.learned.thresholds`]: Float64Array.from(thresholds),
    [`${kind}.learned.saving`]: saving,
    [`${kind}.learned.emLoss`]: emLoss,
  };
}
