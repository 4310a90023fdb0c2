import { taskOf } from "@stopwise/features";
import { outcomeTable, passageTable } from "@stopwise/policies";
import { InsufficientDataError, type Curve, type Task } from "@stopwise/core";
import { fitRemainingGain, type FittedInRun, type InRunLearner, type InRunModel } from "@stopwise/learners";
import { seedFor } from "@stopwise/core/random";
import type { LevelOutcomes } from "@stopwise/meta-model";
import type { CertifiedPath, Method, Path } from "./method.ts";
import type { Fold, Study } from "./study.ts";

/** The remaining gain, its held-out statistics from so many folds of groups; 1 is none. */
export const remainingGain = (nFolds: number): InRunLearner => ({
  name: "remaining-gain",
  fit: (training, { seed }) => fitRemainingGain(training, { seed, nFolds }),
});

/** Thresholds tried, as quantiles of each run's largest statistic. */
const nLevels = 120;

interface Fitted {
  readonly held: readonly Float64Array[];
  /** Ascending. */
  readonly thresholds: Float64Array;
  readonly model: InRunModel;
}

interface LearnerRuns {
  readonly curves: readonly Curve[];
  readonly tasks: readonly Task[];
  readonly groups: Int32Array;
}

function learnerRuns({ experience }: Study, rows: readonly number[]): LearnerRuns {
  return {
    curves: rows.map((row) => experience.curves[row]!),
    tasks: rows.map((row) => taskOf(experience.runs[row]!)),
    groups: Int32Array.from(rows, (row) => experience.groups[row]!),
  };
}

function seriesOf(model: InRunModel, { curves, tasks }: LearnerRuns): Float64Array[] {
  return model.allSeries?.(curves, tasks) ?? curves.map((curve, run) => model.series(curve, tasks[run]!));
}

/** Distinct levels of the statistic at equal shares of the admissible checkpoints, ascending. */
function thresholdGrid(series: readonly Float64Array[], { curves }: LearnerRuns): Float64Array {
  const values: number[] = [];
  series.forEach((z, index) => {
    for (let t = curves[index]!.firstStop; t < z.length; t++) {
      if (Number.isFinite(z[t]!)) values.push(z[t]!);
    }
  });
  values.sort((a, b) => a - b);
  const picked = Array.from({ length: nLevels }, (_, level) => {
    const share = 1 - (1 - level / (nLevels - 1)) ** 2;
    return values[Math.floor(share * (values.length - 1))] ?? Infinity;
  });
  return Float64Array.from(new Set(picked)).sort();
}

/** Outcomes at never-stop and then at every threshold from the highest to the lowest. */
function outcomesAlong(
  { curves }: LearnerRuns,
  series: readonly Float64Array[],
  thresholds: Float64Array,
): LevelOutcomes {
  const width = nLevels + 1;
  const stops = passageTable(
    series,
    curves.map((curve) => curve.firstStop),
    thresholds,
  );
  const saving = new Float32Array(curves.length * width);
  const emLoss = new Float32Array(curves.length * width);
  curves.forEach((curve, run) => {
    const table = outcomeTable(curve, "best");
    for (let level = 1; level < width; level++) {
      const threshold = Math.max(0, thresholds.length - level);
      const stop = stops[run * thresholds.length + threshold]!;
      saving[run * width + level] = table.saving[stop]!;
      emLoss[run * width + level] = table.emLoss[stop]!;
    }
  });
  return { nRuns: curves.length, nLevels: width, saving, emLoss };
}

/** A method that stops where a learned statistic passes a threshold. */
export class LearnedMethod implements Method {
  readonly name: string;
  readonly severity: Method["severity"];
  readonly #learner: InRunLearner;
  readonly #plainLearner: InRunLearner;
  readonly #fits = new Map<string, Fitted>();
  readonly #paths = new Map<string, readonly Path[]>();
  readonly #certified = new Map<string, CertifiedPath>();

  /**
   * Wraps a learner as a method.
   *
   * @param name of its rows
   * @param learner learns with held-out statistics, on which promises are fitted
   * @param plainLearner the same without them, where calibration runs take their place; default the learner itself
   * @param severity of a further group, see {@link Method.severity}
   */

  constructor(
    name: string,
    learner: InRunLearner,
    plainLearner: InRunLearner = learner,
    severity: Method["severity"] = "observed",
  ) {
    this.name = name;
    this.severity = severity;
    this.#learner = learner;
    this.#plainLearner = plainLearner;
  }

  paths(study: Study, fold: Fold): readonly Path[] {
    const key = `${study.folds.indexOf(fold)}`;
    const cached = this.#paths.get(key);
    if (cached !== undefined) return cached;
    const train = learnerRuns(study, fold.train);
    const judged = learnerRuns(study, fold.judged);
    const { held, thresholds, model } = this.#fit(study, fold, "train");
    const path = {
      name: this.#learner.name,
      train: outcomesAlong(train, held, thresholds),
      judged: outcomesAlong(judged, seriesOf(model, judged), thresholds),
    };
    this.#paths.set(key, [path]);
    return [path];
  }

  certifiedPath(study: Study, fold: Fold): CertifiedPath {
    const key = `${study.folds.indexOf(fold)}`;
    const cached = this.#certified.get(key);
    if (cached !== undefined) return cached;
    const { thresholds, model } = this.#fit(study, fold, "fit");
    const along = (rows: readonly number[]): LevelOutcomes => {
      const runs = learnerRuns(study, rows);
      return outcomesAlong(runs, seriesOf(model, runs), thresholds);
    };
    const path = { calibration: along(fold.calibration), judged: along(fold.judged) };
    this.#certified.set(key, path);
    return path;
  }

  #fit(study: Study, fold: Fold, part: "train" | "fit"): Fitted {
    const key = `${study.folds.indexOf(fold)}/${part}`;
    const cached = this.#fits.get(key);
    if (cached !== undefined) return cached;
    const runs = learnerRuns(study, fold[part]);
    const learner = part === "train" ? this.#learner : this.#plainLearner;
    const { model, heldOut } = fitOrNever(learner, runs, seedFor(study.seed, `${this.name}-${key}`));
    const held = part === "train" ? heldOut : seriesOf(model, runs);
    const fitted = { held, thresholds: thresholdGrid(held, runs), model };
    this.#fits.set(key, fitted);
    return fitted;
  }
}

/** Learns, or, where there are too few groups to learn from, never stops. */
function fitOrNever(learner: InRunLearner, runs: LearnerRuns, seed: number): FittedInRun {
  try {
    return learner.fit(runs, { seed });
  } catch (error) {
    if (!(error instanceof InsufficientDataError)) throw error;
    const silent = (curve: Curve): Float64Array => new Float64Array(curve.nCheckpoints).fill(Number.NaN);
    return { model: { series: silent }, heldOut: runs.curves.map(silent) };
  }
}
