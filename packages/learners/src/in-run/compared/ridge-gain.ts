import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { featureRows } from "../feature-rows.ts";
import { fitGain, type GainData, type GainFitOptions } from "../gain-fit.ts";
import { gainStatistic, statisticsOf, type RowStatistic } from "../gain-statistic.ts";
import type { FittedInRun, InRunLearner, InRunTraining } from "../in-run-learner.ts";
import { remainingGainDefaults } from "../remaining-gain.ts";

/** Penalty on the coefficients of columns scaled to variance 1, as a share of the total weight. */
const penalty = 0.01;
const clip = 4;

/** Means and spreads of the known values of each column, `[nColumns]`. */
interface Scaling {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

/**
 * Remaining gain by ridge regression, the comparison for the trees: the same rows, target and weights, columns scaled
 * to variance 1 and clipped at 4, and one more column for each that says whether it is missing.
 *
 * @see Hoerl and Kennard 1970
 */
export function fitRidgeGain(
  training: InRunTraining,
  options: Partial<GainFitOptions> & { readonly seed: number },
): FittedInRun {
  const { heads, heldOut } = fitGain(training, { ...remainingGainDefaults, ...options }, ridge);
  return {
    heldOut,
    model: {
      series(curve, task) {
        const head = heads[curve.kind];
        if (head === undefined) return new Float64Array(curve.nCheckpoints).fill(Number.NaN);
        return statisticsOf(head.predictor, featureRows(curve, task));
      },
    },
  };
}

/** Ridge regression of the remaining gain as the referee takes it. */
export const ridgeGainLearner: InRunLearner = { name: "ridge-gain", fit: fitRidgeGain };

function ridge({ table, roots, weights, scale }: GainData): RowStatistic {
  const { values, nRows, nColumns } = table;
  const rowAt = (row: number): Float64Array => values.subarray(row * nColumns, (row + 1) * nColumns);
  const scaling = scalingOf(values, nColumns);
  const nTerms = 1 + 2 * nColumns;
  const gram = Matrix.zeros(nTerms, nTerms);
  const cross = Matrix.zeros(nTerms, 1);
  let total = 0;
  for (let row = 0; row < nRows; row++) {
    const terms = termsOf(rowAt(row), scaling);
    const weight = weights[row]!;
    total += weight;
    for (let a = 0; a < nTerms; a++) {
      const scaled = weight * terms[a]!;
      if (scaled === 0) continue;
      cross.set(a, 0, cross.get(a, 0) + scaled * roots[row]!);
      for (let b = a; b < nTerms; b++) gram.set(a, b, gram.get(a, b) + scaled * terms[b]!);
    }
  }
  for (let a = 0; a < nTerms; a++) {
    for (let b = 0; b < a; b++) gram.set(a, b, gram.get(b, a));
    gram.set(a, a, gram.get(a, a) + total * (a === 0 ? 1e-9 : penalty));
  }
  const coefficients = new CholeskyDecomposition(gram).solve(cross).to1DArray();
  return {
    statistic(row) {
      const terms = termsOf(row, scaling);
      const root = terms.reduce((sum, term, a) => sum + term * coefficients[a]!, 0);
      return gainStatistic(root, row, scale);
    },
  };
}

function scalingOf(values: Float64Array, nColumns: number): Scaling {
  const mean = new Float64Array(nColumns);
  const spread = new Float64Array(nColumns);
  for (let column = 0; column < nColumns; column++) {
    const known = values.filter((value, at) => at % nColumns === column && Number.isFinite(value)).sort();
    if (known.length === 0) continue;
    const inner = known.subarray(Math.floor(known.length / 100), Math.ceil(known.length * 0.99));
    mean[column] = inner.reduce((sum, value) => sum + value, 0) / inner.length;
    spread[column] = Math.sqrt(
      inner.reduce((sum, value) => sum + (value - mean[column]!) ** 2, 0) / inner.length,
    );
  }
  return { mean, spread };
}

/** 1, then the scaled columns, then whether each is missing. */
function termsOf(row: ArrayLike<number>, { mean, spread }: Scaling): Float64Array {
  const n = mean.length;
  const terms = new Float64Array(1 + 2 * n);
  terms[0] = 1;
  for (let column = 0; column < n; column++) {
    const value = row[column]!;
    if (Number.isNaN(value)) terms[1 + n + column] = 1;
    else if (spread[column]! > 1e-12)
      terms[1 + column] = Math.max(-clip, Math.min(clip, (value - mean[column]!) / spread[column]!));
  }
  return terms;
}
