import { InvalidInputError, type Curve } from "@stopwise/core";
import { outcomeTable } from "./outcome.ts";

/** The best that stop indices chosen with full knowledge reach. */
export interface Hindsight {
  /** Weighted mean saving at the optimum. */
  readonly saving: number;
  /** Weighted mean loss at the optimum. */
  readonly emLoss: number;
  /** Chosen stop per run, `[nRuns]`; the last checkpoint is a run to its end, -1 an empty curve. */
  readonly stopIndices: Int32Array;
  /** The one run that the optimum mixes between two stops: its second stop and the share of it; null when none. */
  readonly mixed: { readonly run: number; readonly stopIndex: number; readonly share: number } | null;
}

interface Point {
  readonly index: number;
  readonly saving: number;
  readonly emLoss: number;
}

/** Upper hull of (loss, saving) over the admissible stops, from the cheapest loss (0) to the largest saving. */
function frontierOf(curve: Curve): Point[] {
  const { saving, emLoss } = outcomeTable(curve, "best");
  const hull: Point[] = [];
  for (let index = curve.nCheckpoints - 1; index >= 0; index--) {
    if (index < curve.firstStop && index < curve.nCheckpoints - 1) break;
    const point = { index, saving: saving[index]!, emLoss: emLoss[index]! };
    while (hull.length > 0 && hull.at(-1)!.emLoss >= point.emLoss && hull.at(-1)!.saving <= point.saving)
      hull.pop();
    while (hull.length > 1 && slope(hull.at(-1)!, point) >= slope(hull.at(-2)!, hull.at(-1)!)) hull.pop();
    if (hull.length === 0 || point.saving > hull.at(-1)!.saving) hull.push(point);
  }
  return hull;
}

const slope = (from: Point, to: Point): number => (to.saving - from.saving) / (to.emLoss - from.emLoss);

interface Step {
  readonly run: number;
  readonly from: Point;
  readonly to: Point;
}

function checkedWeights(curves: readonly Curve[], weights: ArrayLike<number> | undefined): Float64Array {
  if (weights !== undefined && weights.length !== curves.length) {
    throw new InvalidInputError(
      `weights must have one entry per run (${curves.length}), got ${weights.length}.`,
      "Give one weight per curve.",
    );
  }
  const raw = Float64Array.from(curves, (_, run) => weights?.[run] ?? 1);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => (total > 0 ? weight / total : 0));
}

/**
 * The hindsight optimum: the largest weighted mean saving that stop indices chosen with full knowledge reach at a
 * weighted mean loss <= `maxMeanLoss`, with `best` delivery.
 *
 * Maximise sum w saving(s_run) subject to sum w loss(s_run) <= bound. Every run starts at its largest saving without
 * loss; steps along the upper hulls of the runs' (loss, saving) points are then taken in the order of their slope until
 * the bound is used up. The last step is taken in part: that makes it the exact optimum of the relaxed problem, and an
 * upper limit of the one without mixing (by at most one run's weight).
 *
 * @param curves the recorded runs
 * @param options bound and weights
 * @param options.weights per run `[nRuns]`, equal where absent, scaled to sum 1
 * @param options.maxMeanLoss the bound, as a fraction (0.005 is half a point)
 */
export function hindsight(
  curves: readonly Curve[],
  options: { weights?: ArrayLike<number>; maxMeanLoss: number },
): Hindsight {
  const weights = checkedWeights(curves, options.weights);
  const hulls = curves.map(frontierOf);
  const stopIndices = Int32Array.from(hulls, (hull) => hull[0]?.index ?? -1);
  const sum = (pick: (point: Point) => number): number =>
    hulls.reduce(
      (total, hull, run) => total + (hull[0] === undefined ? 0 : weights[run]! * pick(hull[0])),
      0,
    );
  let saving = sum((point) => point.saving);
  let emLoss = sum((point) => point.emLoss);
  for (const { run, from, to } of stepsOf(hulls)) {
    const price = weights[run]! * (to.emLoss - from.emLoss);
    const gain = weights[run]! * (to.saving - from.saving);
    const share = price <= 0 ? 1 : Math.min(1, (options.maxMeanLoss - emLoss) / price);
    if (share <= 0) break;
    saving += share * gain;
    emLoss += share * price;
    if (share < 1) return { saving, emLoss, stopIndices, mixed: { run, stopIndex: to.index, share } };
    stopIndices[run] = to.index;
  }
  return { saving, emLoss, stopIndices, mixed: null };
}

function stepsOf(hulls: readonly Point[][]): Step[] {
  const steps = hulls.flatMap((hull, run) => hull.slice(1).map((to, i) => ({ run, from: hull[i]!, to })));
  return steps.sort((a, b) => slope(b.from, b.to) - slope(a.from, a.to));
}

/**
 * The hindsight optimum under a tail bound, P(loss > maxEmLoss) <= alpha: every run stops at its earliest admissible
 * checkpoint with loss <= maxEmLoss; besides, the alpha share of the weight with the largest gain stops at its first
 * admissible checkpoint (the last of those runs in part).
 */
export function tailHindsight(
  curves: readonly Curve[],
  options: { weights?: ArrayLike<number>; maxEmLoss: number; alpha: number },
): Hindsight {
  const weights = checkedWeights(curves, options.weights);
  const choices = curves.map((curve) => tailChoice(curve, Math.fround(options.maxEmLoss)));
  const stopIndices = Int32Array.from(choices, ({ safe }) => safe.index);
  let saving = choices.reduce((total, { safe }, run) => total + weights[run]! * safe.saving, 0);
  let emLoss = choices.reduce((total, { safe }, run) => total + weights[run]! * safe.emLoss, 0);
  let left = options.alpha;
  const byGain = choices
    .map(({ safe, eager }, run) => ({ run, safe, eager, gain: eager.saving - safe.saving }))
    .filter(({ run, gain }) => gain > 0 && weights[run]! > 0)
    .sort((a, b) => b.gain - a.gain);
  for (const { run, safe, eager, gain } of byGain) {
    if (left <= 0) break;
    const share = Math.min(1, left / weights[run]!);
    left -= weights[run]!;
    saving += share * weights[run]! * gain;
    emLoss += share * weights[run]! * (eager.emLoss - safe.emLoss);
    if (share < 1) return { saving, emLoss, stopIndices, mixed: { run, stopIndex: eager.index, share } };
    stopIndices[run] = eager.index;
  }
  return { saving, emLoss, stopIndices, mixed: null };
}

function tailChoice(curve: Curve, maxEmLoss: number): { safe: Point; eager: Point } {
  const { saving, emLoss } = outcomeTable(curve, "best");
  const last = curve.nCheckpoints - 1;
  const at = (index: number): Point => ({ index, saving: saving[index] ?? 0, emLoss: emLoss[index] ?? 0 });
  const first = Math.min(curve.firstStop, last);
  let safe = first;
  while (safe < last && emLoss[safe]! > maxEmLoss) safe++;
  return { safe: at(safe), eager: at(first) };
}
