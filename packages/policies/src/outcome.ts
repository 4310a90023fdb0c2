import type { Curve, Delivery, Outcome } from "@stopwise/core";

/**
 * Per checkpoint, what stopping there saves and costs; each `[nCheckpoints]`. Single precision: compare with
 * `Math.fround(bound)`, else a loss equal to its bound may seem to exceed it.
 */
export interface OutcomeTable {
  /** 1 - cost(stop) / cost(end). */
  readonly saving: Float32Array;
  /** max(0, best quality of the run - quality delivered); for loss curves min(stop) / min(end) - 1. */
  readonly emLoss: Float32Array;
}

/** Quality in "more is better" orientation: the loss of a loss-only run is negated. */
function selectionOf(curve: Curve): Float64Array {
  return curve.kind === "loss" ? curve.evalLoss.map((loss) => -loss) : curve.quality;
}

/**
 * What would be delivered when stopping at each checkpoint: the best so far, or the last finite value. Before the first
 * finite value nothing is known to be there: quality counts as 0, a loss as the first one that is seen later.
 */
function deliveredOf(curve: Curve, delivery: Delivery): Float64Array {
  const selection = selectionOf(curve);
  const first = selection.find((value) => !Number.isNaN(value)) ?? 0;
  let delivered = curve.kind === "loss" ? first : 0;
  let seen = false;
  return selection.map((value) => {
    if (!Number.isNaN(value) && (!seen || delivery === "last" || value > delivered)) {
      delivered = value;
      seen = true;
    }
    return delivered;
  });
}

/** Scores carry few digits: 0.85 - 0.84 is 0.01 and not 0.010000000000000009, which would exceed a bound of 0.01. */
const withoutDust = (gap: number): number => Math.round(gap * 1e10) / 1e10;

function lossBetween(curve: Curve, best: number, delivered: number): number {
  const gap = withoutDust(Math.max(0, best - delivered));
  if (curve.kind === "quality") return gap;
  return best === 0 ? gap : gap / Math.abs(best);
}

/** Best selection value of the whole run in "more is better" orientation; 0 when there is none. */
function bestOf(curve: Curve): number {
  let best = Number.NaN;
  for (const value of selectionOf(curve)) if (!(value <= best) && !Number.isNaN(value)) best = value;
  return Number.isNaN(best) ? 0 : best;
}

/** Saving and loss of stopping at every checkpoint of a curve; see {@link outcomeAt}. */
export function outcomeTable(curve: Curve, delivery: Delivery): OutcomeTable {
  const best = bestOf(curve);
  const end = curve.cost.at(-1) ?? 0;
  return {
    saving: Float32Array.from(curve.cost, (cost) => (end > 0 ? 1 - cost / end : 0)),
    emLoss: Float32Array.from(deliveredOf(curve, delivery), (value) => lossBetween(curve, best, value)),
  };
}

function deliveredIndex(curve: Curve, stopIndex: number, delivery: Delivery): number {
  const selection = selectionOf(curve);
  let at = -1;
  for (let i = 0; i <= stopIndex; i++) {
    const value = selection[i]!;
    if (!Number.isNaN(value) && (at < 0 || delivery === "last" || value > selection[at]!)) at = i;
  }
  return at;
}

/** Signed test difference: test quality at the run's best validation checkpoint minus that of the one delivered. */
function testLoss(curve: Curve, stopIndex: number, delivery: Delivery): number | null {
  const test = curve.testQuality;
  const reference = test[deliveredIndex(curve, curve.nCheckpoints - 1, "best")] ?? Number.NaN;
  const loss = reference - (test[deliveredIndex(curve, stopIndex, delivery)] ?? Number.NaN);
  return Number.isNaN(loss) ? null : loss;
}

/**
 * What stopping a recorded run at one checkpoint would have saved and cost.
 *
 * `saving` = 1 - cost(stop) / cost(end). `emLoss` = max(0, best quality of the whole run - quality delivered), where
 * `best` delivery gives the best quality up to and including the stop and `last` the value at the stop (the last finite
 * one); for a loss-only curve min(stop) / min(end) - 1. `testEmLoss` is signed: test quality at the run's best
 * validation checkpoint minus that at the delivered one; null where the test metric is missing.
 *
 * @param curve the recorded run
 * @param stopIndex 0-based checkpoint, or null for a run to its end (the last checkpoint is what is delivered then)
 * @param delivery which checkpoint a stopped run gives
 */
export function outcomeAt(curve: Curve, stopIndex: number | null, delivery: Delivery = "best"): Outcome {
  const last = curve.nCheckpoints - 1;
  const at = stopIndex ?? last;
  if (last < 0) return { stopIndex: null, saving: 0, emLoss: 0, testEmLoss: null, costUnit: curve.costUnit };
  const end = curve.cost[last]!;
  const delivered = deliveredOf(curve, delivery)[at]!;
  return {
    stopIndex,
    saving: end > 0 ? 1 - curve.cost[at]! / end : 0,
    emLoss: lossBetween(curve, bestOf(curve), delivered),
    testEmLoss: testLoss(curve, at, delivery),
    costUnit: curve.costUnit,
  };
}
