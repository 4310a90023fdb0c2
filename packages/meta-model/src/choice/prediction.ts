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
  const prediction = predictionOn(row.slice(), nCandidates);
  clipPrediction(prediction);
  return prediction;
}

/** A prediction whose parts are views on a row of targets, `[nTargets]`: it is what the row holds, unclipped. */
export function predictionOn(row: Float64Array, nCandidates: number): PolicyPrediction {
  const part = (index: number): Float64Array => row.subarray(index * nCandidates, (index + 1) * nCandidates);
  return { saving: part(0), emLoss: part(1), tails: tailLevels.map((_, t) => part(2 + t)) };
}

/** Holds every part of a prediction to its range, in place. */
export function clipPrediction({ saving, emLoss, tails }: PolicyPrediction): void {
  clipAll(saving, 1);
  clipAll(emLoss, clip);
  for (const tail of tails) clipAll(tail, 1);
}

function clipAll(values: Float64Array, high: number): void {
  for (let k = 0; k < values.length; k++) values[k] = Math.min(Math.max(values[k]!, 0), high);
}

/**
 * Predicted risk of every candidate under a bound: the expected clipped loss for a mean, P(EM loss > maxEmLoss) for a
 * tail, interpolated in log loss between the predicted tail levels.
 */
export function riskOf(prediction: PolicyPrediction, bound: Bound): Float64Array {
  return riskInto(undefined, prediction, bound);
}

/** `riskOf`, with the room where an interpolated risk is put, `[nCandidates]`; a new array without one. */
export function riskInto(
  room: Float64Array | undefined,
  prediction: PolicyPrediction,
  bound: Bound,
): Float64Array {
  if (bound.kind !== "tail") return prediction.emLoss;
  const x = bound.maxEmLoss;
  const above = tailLevels.findIndex((level) => level >= x);
  if (above === 0 || tailLevels[above] === x) return prediction.tails[Math.max(above, 0)]!;
  if (above < 0) return prediction.tails.at(-1)!;
  const [a, b] = [tailLevels[above - 1]!, tailLevels[above]!];
  const share = Math.log(x / a) / Math.log(b / a);
  const [low, high] = [prediction.tails[above - 1]!, prediction.tails[above]!];
  const risk = room ?? new Float64Array(low.length);
  for (let k = 0; k < risk.length; k++) risk[k] = (1 - share) * low[k]! + share * high[k]!;
  return risk;
}
