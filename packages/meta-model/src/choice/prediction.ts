import type { Bound } from "../certificates/bound.ts";
import type { OutcomeTable } from "../portfolio/outcome-table.ts";

/** Tail events that are predicted beside the mean loss: EM loss above each of these. */
export const tailLevels: readonly number[] = [0.003, 0.01, 0.03];

/** Expected outcomes of one task under the settings of a portfolio; each `[nCandidates]`. */
export interface PolicyPrediction {
  readonly saving: Float64Array;
  /** Expected min(EM loss, 0.2). */
  readonly emLoss: Float64Array;
  /** P(EM loss > tailLevels[k]), one array per level. */
  readonly tails: readonly Float64Array[];
}

/** Largest loss that counts in a predicted mean. */
const clip = 0.2;

/** Number of targets per candidate: saving, clipped loss, one indicator per tail level. */
const nPerCandidate = 2 + tailLevels.length;

/**
 * The targets that estimators learn, `[nRuns, nTargets]` with nTargets = candidates x (saving, loss, tail indicators).
 *
 * @param table outcomes `[nRuns, nSettings]`
 * @param candidates settings of the portfolio
 */
export function targetsOf(table: OutcomeTable, candidates: readonly number[]): Float32Array {
  const n = candidates.length;
  const targets = new Float32Array(table.nRuns * n * nPerCandidate);
  for (let run = 0; run < table.nRuns; run++) {
    const start = run * n * nPerCandidate;
    candidates.forEach((setting, k) => {
      const cell = run * table.nSettings + setting;
      const loss = table.emLoss[cell]!;
      targets[start + k] = table.saving[cell]!;
      targets[start + n + k] = Math.min(loss, clip);
      tailLevels.forEach((level, t) => (targets[start + (2 + t) * n + k] = loss > level + 1e-7 ? 1 : 0));
    });
  }
  return targets;
}

/** Number of targets for a portfolio of this size. */
export function nTargetsOf(nCandidates: number): number {
  return nCandidates * nPerCandidate;
}

/** Reads a row of predicted targets; losses and probabilities that a linear model put outside their range are clipped. */
export function predictionOf(row: Float64Array, nCandidates: number): PolicyPrediction {
  const part = (index: number, high: number): Float64Array =>
    row
      .subarray(index * nCandidates, (index + 1) * nCandidates)
      .map((value) => Math.min(Math.max(value, 0), high));
  return {
    saving: part(0, 1),
    emLoss: part(1, clip),
    tails: tailLevels.map((_, t) => part(2 + t, 1)),
  };
}

/**
 * Predicted risk of every candidate under a bound: the expected clipped loss for a mean, P(EM loss > maxEmLoss) for a
 * tail, interpolated in log loss between the predicted tail levels.
 */
export function riskOf(prediction: PolicyPrediction, bound: Bound): Float64Array {
  if (bound.kind !== "tail") return prediction.emLoss;
  const x = bound.maxEmLoss;
  const above = tailLevels.findIndex((level) => level >= x);
  if (above === 0 || tailLevels[above] === x) return prediction.tails[Math.max(above, 0)]!;
  if (above < 0) return prediction.tails.at(-1)!;
  const [a, b] = [tailLevels[above - 1]!, tailLevels[above]!];
  const share = Math.log(x / a) / Math.log(b / a);
  const [low, high] = [prediction.tails[above - 1]!, prediction.tails[above]!];
  return low.map((value, k) => (1 - share) * value + share * high[k]!);
}
