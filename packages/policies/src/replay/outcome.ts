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

/** The series that checkpoints are selected by, and 1 when more of it is better, -1 when less is. */
function selectionOf(curve: Curve): { values: Float64Array; sign: 1 | -1 } {
  return curve.kind === "loss" ? { values: curve.evalLoss, sign: -1 } : { values: curve.quality, sign: 1 };
}

/**
 * What would be delivered when stopping at each checkpoint, in "more is better" orientation: the best so far, or the
 * last finite value. Before the first finite value nothing is known to be there: quality counts as 0, a loss as the
 * first one that is seen later.
 */
function fillDelivered(curve: Curve, delivery: Delivery, delivered: Float64Array): void {
  const { values, sign } = selectionOf(curve);
  let first = 0;
  while (first < values.length && Number.isNaN(values[first]!)) first++;
  let current = sign === 1 || first === values.length ? 0 : -values[first]!;
  for (let i = 0; i < values.length; i++) {
    const value = sign * values[i]!;
    if (i === first || value > current || (delivery === "last" && !Number.isNaN(value))) current = value;
    delivered[i] = current;
  }
}

/** Scores carry few digits: 0.85 - 0.84 is 0.01 and not 0.010000000000000009, which would exceed a bound of 0.01. */
const withoutDust = (gap: number): number => Math.round(gap * 1e10) / 1e10;

/** What a gap to the best is divided by: 1 for a quality, the smallest loss of a loss-only run. */
function lossUnit(curve: Curve, best: number): number {
  return curve.kind === "quality" || best === 0 ? 1 : Math.abs(best);
}

/** Best selection value of the whole run in "more is better" orientation; 0 when there is none. */
function bestOf(curve: Curve): number {
  const { values, sign } = selectionOf(curve);
  let best = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = sign * values[i]!;
    if (value > best || Number.isNaN(best)) best = value;
  }
  return Number.isNaN(best) ? 0 : best;
}

/** Saving and loss of stopping at every checkpoint of a curve; see {@link outcomeAt}. */
export function outcomeTable(curve: Curve, delivery: Delivery): OutcomeTable {
  const n = curve.nCheckpoints;
  const table = { saving: new Float32Array(n), emLoss: new Float32Array(n) };
  fillOutcomes(curve, delivery, { ...table, delivered: new Float64Array(n) });
  return table;
}

/** {@link outcomeTable} into arrays that are there already, at least `[nCheckpoints]` long. */
export function fillOutcomes(
  curve: Curve,
  delivery: Delivery,
  { saving, emLoss, delivered }: OutcomeTable & { delivered: Float64Array },
): void {
  const n = curve.nCheckpoints;
  const { cost } = curve;
  fillDelivered(curve, delivery, delivered);
  const best = bestOf(curve);
  const end = cost[n - 1] ?? 0;
  const perCost = end > 0 ? 1 / end : 0;
  const perLoss = 1 / lossUnit(curve, best);
  for (let i = 0; i < n; i++) {
    saving[i] = perCost === 0 ? 0 : 1 - cost[i]! * perCost;
    emLoss[i] = delivered[i]! < best ? (best - delivered[i]!) * perLoss : 0;
  }
  if (n > 0) saving[n - 1] = 0;
}

function deliveredIndex(curve: Curve, stopIndex: number, delivery: Delivery): number {
  const { values, sign } = selectionOf(curve);
  let at = -1;
  for (let i = 0; i <= stopIndex; i++) {
    const value = sign * values[i]!;
    if (!Number.isNaN(value) && (at < 0 || delivery === "last" || value > sign * values[at]!)) at = i;
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
  const delivered = new Float64Array(curve.nCheckpoints);
  fillDelivered(curve, delivery, delivered);
  const best = bestOf(curve);
  return {
    stopIndex,
    saving: end > 0 ? 1 - curve.cost[at]! / end : 0,
    emLoss: withoutDust(Math.max(0, best - delivered[at]!)) / lossUnit(curve, best),
    testEmLoss: testLoss(curve, at, delivery),
    costUnit: curve.costUnit,
  };
}
