import { seedFor } from "@stopwise/core/random";
import {
  binTable,
  boostingDefaults,
  fitBoosting,
  type BinnedTable,
  type BoostedTrees,
  type BoostingOptions,
} from "../../trees/boosting.ts";
import { featureRows } from "../feature-rows.ts";
import { fitGain, type GainData, type GainFitOptions } from "../gain-fit.ts";
import { statisticsOf, type RowStatistic } from "../gain-statistic.ts";
import type { FittedInRun, InRunLearner, InRunTraining } from "../in-run-learner.ts";
import { remainingGainDefaults } from "../remaining-gain.ts";

/** Prices of a whole run's tokens, in quality, ascending: the price grid whose crossing is the statistic. */
const prices = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16];
/** Gains beyond this count as this much: late jumps would drown everything else in a squared loss. */
const largestGain = 0.2;
const boosting: BoostingOptions = { ...boostingDefaults, trees: 60, learningRate: 0.1, columnShare: 0.3 };

/**
 * Optimal stopping by fitted value iteration on replayed transitions. State: a feature row. Going on from checkpoint t to
 * a stop at u earns best(u) - best(t) - price (cost(u) - cost(t)) / cost(end). For each price the value of going on,
 * Q(s), is fitted to what running to the end earned; then, for rows of the other half of the runs, to what stopping at
 * the first Q <= 0 earned. The statistic is minus the highest price at which going on still pays, interpolated between
 * the prices; taking the highest makes it monotone in the price.
 *
 * @see Tsitsiklis and Van Roy 2001, Longstaff and Schwartz 2001 for regression on simulated continuations
 */
export function fitValueIteration(
  training: InRunTraining,
  options: Partial<GainFitOptions> & { readonly seed: number },
): FittedInRun {
  const { heads, heldOut } = fitGain(training, { ...remainingGainDefaults, ...options }, valueOfGoingOn);
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

/** Fitted value iteration as the referee takes it. */
export const valueIterationLearner: InRunLearner = { name: "value-iteration", fit: fitValueIteration };

function valueOfGoingOn(data: GainData): RowStatistic {
  const table = binTable(data.table);
  const values = prices.map((price, k) =>
    fitValue(data, table, { price, seed: seedFor(data.seed, `price-${k}`) }),
  );
  return {
    statistic(row) {
      const earned = values.map((value) => value.predict(row));
      return -breakEven(earned);
    },
  };
}

/** The highest price at which going on still pays, from its value at each price. */
function breakEven(earned: readonly number[]): number {
  const at = earned.findLastIndex((value) => value > 0);
  if (at < 0) return prices[0]! + Math.max(...earned);
  const [here, next] = [prices[at]!, prices[at + 1]];
  if (next === undefined) return here + earned[at]!;
  return here + ((next - here) * earned[at]!) / (earned[at]! - earned[at + 1]!);
}

function fitValue(
  data: GainData,
  table: BinnedTable,
  { price, seed }: { price: number; seed: number },
): BoostedTrees {
  const toEnd = data.roots.map(
    (root, row) => Math.min(largestGain, root * root) - price * data.remaining[row]!,
  );
  const half = Uint8Array.from(data.run, (run) => seedFor(seed, `${run}`) & 1);
  const estimate = new Float64Array(toEnd.length);
  for (const side of [0, 1]) {
    const weights = data.weights.map((weight, row) => (half[row] === side ? 0 : weight));
    const value = fitBoosting(table, toEnd, weights, { ...boosting, seed: seedFor(seed, `half-${side}`) });
    half.forEach((own, row) => {
      if (own !== side) return;
      const { nColumns, values } = data.table;
      estimate[row] = value.predict(values.subarray(row * nColumns, (row + 1) * nColumns));
    });
  }
  return fitBoosting(table, earnedByPolicy(data, toEnd, estimate), data.weights, { ...boosting, seed });
}

/** What going on earned when the run then stopped at its first row whose estimated value is not positive. */
function earnedByPolicy(data: GainData, toEnd: Float64Array, estimate: Float64Array): Float64Array {
  const earned = new Float64Array(toEnd.length);
  let atStop = 0;
  for (let row = toEnd.length - 1; row >= 0; row--) {
    if (data.run[row] !== data.run[row + 1]) atStop = 0;
    earned[row] = toEnd[row]! - atStop;
    if (estimate[row]! <= 0) atStop = toEnd[row]!;
  }
  return earned;
}
