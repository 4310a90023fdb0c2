import { groupOf, InsufficientDataError, reachedPlan } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { outcomeTable, passageTable } from "@stopwise/policies";
import {
  fitRemainingGain,
  type FittedInRun,
  type InRunTraining,
  type RemainingGainModel,
  thresholdGrid,
} from "@stopwise/learners";
import type { UsableRun } from "../portfolio/experience.ts";
import type { Section } from "../file/container.ts";
import { quantised } from "../file/quantised.ts";
import type { SplitRuns } from "../portfolio/split-runs.ts";

type Kind = "quality" | "loss";

/** What the in-run criterion is learned from: plain data, which another thread can be given. */
export interface LearnedTask {
  /** Runs of every kind. */
  readonly fit: InRunTraining;
  /** By kind, runs of other groups, in the order of the start-of-run part's kept runs. */
  readonly calibration: Readonly<Partial<Record<Kind, InRunTraining>>>;
  readonly seed: number;
}

/** Thresholds that a calibration moves along. */
const nThresholds = 120;

function trainingOf(runs: readonly UsableRun[]): InRunTraining {
  return {
    curves: runs.map(({ curve }) => curve),
    tasks: runs.map(({ run }) => taskOf(run)),
    groups: runs.map(({ run }) => groupOf(run)),
    complete: runs.map(({ run }) => reachedPlan(run)),
  };
}

/** The task of learning from runs as they were split for the start-of-run parts. */
export function learnedTask(parts: Readonly<Partial<Record<Kind, SplitRuns>>>, seed: number): LearnedTask {
  const taken = (part: SplitRuns, which: "fit" | "calibration"): UsableRun[] =>
    part[which].map((row) => part.usable[row]!);
  return {
    fit: trainingOf(Object.values(parts).flatMap((part) => taken(part, "fit"))),
    calibration: Object.fromEntries(
      Object.entries(parts).map(([kind, part]) => [kind, trainingOf(taken(part, "calibration"))]),
    ),
    seed,
  };
}

/**
 * Learns the in-run criterion on the fit runs of every kind, and replays it on the calibration runs under a grid of
 * thresholds, so that a threshold can be certified for any bound. No sections where there are too few groups to learn.
 */
export function trainLearned({ fit, calibration, seed }: LearnedTask): Record<string, Section> {
  const fitted = fitOrNothing(fit, seed);
  if (fitted === undefined) return {};
  const sections: Record<string, Section> = { learned: new Uint8Array(fitted.model.toBytes()) };
  for (const kind of ["quality", "loss"] as const) {
    const judged = calibration[kind] ?? { curves: [], tasks: [], groups: [] };
    const thresholds = gridFor(kind, fit, fitted);
    if (thresholds.length > 0) Object.assign(sections, calibrated(kind, { fitted, thresholds, judged }));
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
    judged: InRunTraining;
  },
): Record<string, Section> {
  const { fitted, thresholds, judged } = work;
  const { curves, tasks } = judged;
  const series = fitted.model.allSeries(curves, tasks);
  const stops = passageTable(
    series,
    curves.map((curve) => curve.firstStop),
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
