import { DesignMatrix } from "./design-matrix.ts";
import type { Estimator, FittedEstimator, TrainingSet } from "./estimator.ts";
import { momentsOf, solveRidge } from "./ridge-solver.ts";
import { GroupTotals, requireRuns } from "./weighted-mean.ts";

/** Penalties, as a share of the total weight, that group cross-validation chooses from. */
const penalties = [0.01, 0.03, 0.1, 0.3, 1, 3];
const nFolds = 5;
/** Runs on which the penalty is judged. */
const maxJudged = 300;

/**
 * Multi-output ridge regression of every target on the task features: minimises
 * sum_i w_i |y_i - X_i B|^2 + lambda |B|^2 (the intercept is free). Lambda is chosen by leaving folds of groups out.
 *
 * @see Hoerl and Kennard 1970
 */
export const ridge: Estimator = {
  name: "ridge",
  fit(training) {
    requireRuns(training);
    const design = new DesignMatrix(training);
    const rows = training.features.map((features) => design.row(features));
    const everything = training.features.map((_, run) => run);
    const folds = everything.map((run) => training.groups[run]! % nFolds);
    const split = (fold: number): number[] => everything.filter((run) => folds[run] !== fold);
    const moments = Array.from({ length: nFolds }, (_, fold) => split(fold)).map((runs) =>
      runs.length === 0 ? undefined : momentsOf(training, rows, runs),
    );
    const judged = everything.filter((run) => run % Math.ceil(rows.length / maxJudged) === 0);
    const attempts = penalties.map((penalty) => {
      const held = moments.map((moment) => (moment === undefined ? undefined : solveRidge(moment, penalty)));
      const error = judged.reduce((sum, run) => {
        const fit = held[folds[run]!];
        if (fit === undefined) return sum;
        return sum + squaredError(training, run, times(rows[run]!, fit, training.nTargets));
      }, 0);
      return { penalty, held, error };
    });
    const best = attempts.reduce((a, b) => (b.error < a.error ? b : a));
    const whole = solveRidge(momentsOf(training, rows, everything), best.penalty);
    return fitted(training, { design, rows, whole, held: best.held, folds });
  },
};

interface Fit {
  readonly design: DesignMatrix;
  readonly rows: readonly Float64Array[];
  readonly whole: Float64Array;
  readonly held: readonly (Float64Array | undefined)[];
  readonly folds: readonly number[];
}

/**
 * Targets are shares, losses and probabilities: a prediction is held between a third of the overall mean and 1, so that
 * a line that runs below zero does not promise a policy without loss.
 */
function fitted(training: TrainingSet, { design, rows, whole, held, folds }: Fit): FittedEstimator {
  const mean = new GroupTotals(training).meanWithout(undefined);
  const floored = (row: Float64Array): Float64Array =>
    row.map((value, t) => Math.min(1, Math.max(value, mean[t]! / 3)));
  return {
    predict: (features) => floored(times(design.row(features), whole, training.nTargets)),
    predictHeldOut(run) {
      const coefficients = held[folds[run]!];
      return coefficients === undefined ? mean : floored(times(rows[run]!, coefficients, training.nTargets));
    },
  };
}

function times(row: Float64Array, coefficients: Float64Array, nTargets: number): Float64Array {
  const product = new Float64Array(nTargets);
  for (let column = 0; column < row.length; column++) {
    const value = row[column]!;
    if (value === 0) continue;
    const start = column * nTargets;
    for (let target = 0; target < nTargets; target++) {
      product[target]! += value * coefficients[start + target]!;
    }
  }
  return product;
}

function squaredError(training: TrainingSet, run: number, predicted: Float64Array): number {
  const { nTargets, targets, weights } = training;
  let error = 0;
  for (let t = 0; t < nTargets; t++) error += (predicted[t]! - targets[run * nTargets + t]!) ** 2;
  return weights[run]! * error;
}
