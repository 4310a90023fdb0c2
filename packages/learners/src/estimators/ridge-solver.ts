import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { TrainingSet } from "./estimator.ts";

/** Weighted cross products of the columns with each other and with the targets, and the total weight. */
export interface Moments {
  readonly gram: number[][];
  /** `[nColumns, nTargets]` */
  readonly cross: Float64Array;
  readonly total: number;
}

/** Sums over some runs of the weighted cross products; `rows` are `[nRuns][nColumns]`. */
export function momentsOf(
  training: TrainingSet,
  rows: readonly Float64Array[],
  runs: readonly number[],
): Moments {
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

/**
 * Coefficients `[nColumns, nTargets]` at one penalty: (gram + total weight x penalty I)^-1 cross, by Cholesky. The first
 * column, the intercept, is free.
 */
export function solveRidge({ gram, cross, total }: Moments, penalty: number): Float64Array {
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
