import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { DesignMatrix } from "./design-matrix.ts";
import type { Estimator, FittedEstimator, TrainingSet } from "./estimator.ts";
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
      const held = moments.map((moment) => (moment === undefined ? undefined : solve(moment, penalty)));
      const error = judged.reduce((sum, run) => {
        const fit = held[folds[run]!];
        if (fit === undefined) return sum;
        return sum + squaredError(training, run, times(rows[run]!, fit, training.nTargets));
      }, 0);
      return { penalty, held, error };
    });
    const best = attempts.reduce((a, b) => (b.error < a.error ? b : a));
    const whole = solve(momentsOf(training, rows, everything), best.penalty);
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

/** Weighted cross products of the columns with each other and with the targets, and the total weight. */
interface Moments {
  readonly gram: number[][];
  /** `[nColumns, nTargets]` */
  readonly cross: Float64Array;
  readonly total: number;
}

function momentsOf(training: TrainingSet, rows: readonly Float64Array[], runs: readonly number[]): Moments {
  const { nTargets, targets, weights } = training;
  const nColumns = rows[0]!.length;
  const gram = Array.from({ length: nColumns }, () => new Array<number>(nColumns).fill(0));
  const cross = new Float64Array(nColumns * nTargets);
  let total = 0;
  for (const run of runs) {
    const row = rows[run]!;
    total += weights[run]!;
    for (let a = 0; a < nColumns; a++) {
      const scaled = weights[run]! * row[a]!;
      if (scaled === 0) continue;
      for (let b = a; b < nColumns; b++) gram[a]![b]! += scaled * row[b]!;
      const [start, from] = [a * nTargets, run * nTargets];
      for (let target = 0; target < nTargets; target++) {
        cross[start + target]! += scaled * targets[from + target]!;
      }
    }
  }
  gram.forEach((row, a) => gram.slice(0, a).forEach((above, b) => (row[b] = above[a]!)));
  return { gram, cross, total };
}

/** Coefficients `[nColumns, nTargets]` at one penalty: (gram + penalty I)^-1 cross. */
function solve({ gram, cross, total }: Moments, penalty: number): Float64Array {
  const n = gram.length;
  const left = new Matrix(gram);
  for (let a = 0; a < n; a++) left.set(a, a, left.get(a, a) + total * (a === 0 ? 1e-9 : penalty));
  const inverse = new CholeskyDecomposition(left).solve(Matrix.eye(n));
  const nTargets = cross.length / n;
  const coefficients = new Float64Array(cross.length);
  for (let a = 0; a < n; a++) {
    const into = coefficients.subarray(a * nTargets, (a + 1) * nTargets);
    for (let b = 0; b < n; b++) {
      const factor = inverse.get(a, b);
      for (let target = 0; target < nTargets; target++)
        into[target]! += factor * cross[b * nTargets + target]!;
    }
  }
  return coefficients;
}

function squaredError(training: TrainingSet, run: number, predicted: Float64Array): number {
  const { nTargets, targets, weights } = training;
  let error = 0;
  for (let t = 0; t < nTargets; t++) error += (predicted[t]! - targets[run * nTargets + t]!) ** 2;
  return weights[run]! * error;
}
