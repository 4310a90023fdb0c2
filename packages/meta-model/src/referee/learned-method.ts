import { outcomeTable, passageTable } from "@stopwise/policies";
import { seedFor } from "../random.ts";
import type { InRunLearner, InRunModel, LearnerRun } from "./in-run-learner.ts";
import type { LevelOutcomes } from "./level-outcomes.ts";
import type { CertifiedPath, Method, Path } from "./method.ts";
import type { Fold, Study } from "./study.ts";

/** Thresholds tried, as quantiles of each run's largest statistic. */
const nLevels = 120;

interface Fitted {
  readonly held: readonly Float64Array[];
  /** Ascending. */
  readonly thresholds: Float64Array;
  readonly model: InRunModel;
}

function learnerRuns(study: Study, rows: readonly number[]): LearnerRun[] {
  const { runs, curves, groups, complete } = study.experience;
  return rows.map((row) => ({
    run: runs[row]!,
    curve: curves[row]!,
    group: groups[row]!,
    complete: complete[row]!,
  }));
}

/** Distinct levels of the statistic at equal shares of the admissible checkpoints, ascending. */
function thresholdGrid(series: readonly Float64Array[], runs: readonly LearnerRun[]): Float64Array {
  const values: number[] = [];
  series.forEach((z, index) => {
    for (let t = runs[index]!.curve.firstStop; t < z.length; t++) {
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
  runs: readonly LearnerRun[],
  series: readonly Float64Array[],
  thresholds: Float64Array,
): LevelOutcomes {
  const width = nLevels + 1;
  const stops = passageTable(
    series,
    runs.map(({ curve }) => curve.firstStop),
    thresholds,
  );
  const saving = new Float32Array(runs.length * width);
  const emLoss = new Float32Array(runs.length * width);
  runs.forEach(({ curve }, run) => {
    const table = outcomeTable(curve, "best");
    for (let level = 1; level < width; level++) {
      const threshold = Math.max(0, thresholds.length - level);
      const stop = stops[run * thresholds.length + threshold]!;
      saving[run * width + level] = table.saving[stop]!;
      emLoss[run * width + level] = table.emLoss[stop]!;
    }
  });
  return { nRuns: runs.length, nLevels: width, saving, emLoss };
}

/** A method that stops where a learned statistic passes a threshold. */
export class LearnedMethod implements Method {
  readonly name: string;
  readonly #learner: InRunLearner;
  readonly #fits = new Map<string, Fitted>();
  readonly #paths = new Map<string, readonly Path[]>();
  readonly #certified = new Map<string, CertifiedPath>();

  constructor(name: string, learner: InRunLearner) {
    this.name = name;
    this.#learner = learner;
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
      judged: outcomesAlong(
        judged,
        judged.map((run) => model.series(run)),
        thresholds,
      ),
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
      return outcomesAlong(
        runs,
        runs.map((run) => model.series(run)),
        thresholds,
      );
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
    const model = this.#learner.fit(runs, { seed: seedFor(study.seed, `${this.name}-${key}`) });
    const held = runs.map((_, index) => model.heldOutSeries(index));
    const fitted = { held, thresholds: thresholdGrid(held, runs), model };
    this.#fits.set(key, fitted);
    return fitted;
  }
}
