import { seedFor } from "@stopwise/core/random";
import {
  binTable,
  boostingDefaults,
  fitBoosting,
  type BoostingLoss,
  type BoostingOptions,
} from "../trees/boosting.ts";
import { fitGain, type GainData, type GainFitOptions } from "./gain-fit.ts";
import type { FittedInRun, InRunLearner, InRunTraining } from "./in-run-learner.ts";
import { MeanOfTrees } from "./mean-of-trees.ts";
import { RemainingGainModel } from "./remaining-gain-model.ts";

export { RemainingGainModel } from "./remaining-gain-model.ts";

/** How remaining gain is learned. */
export interface RemainingGainOptions extends GainFitOptions {
  readonly boosting: Omit<BoostingOptions, "seed" | "loss">;
  /** The model is the mean of one ensemble for each of these losses. */
  readonly losses: readonly BoostingLoss[];
  /** Whether the square root of the gain is predicted, or the gain itself (for comparison). */
  readonly scale: "root" | "linear";
}

/** The settings that the studies of the decision record ended with. */
export const remainingGainDefaults: Omit<RemainingGainOptions, "seed"> = {
  perRun: 12,
  maxRows: 24_000,
  nFolds: 3,
  groupPower: 0.5,
  boosting: { ...boostingDefaults, trees: 100, learningRate: 0.1, columnShare: 0.3 },
  losses: ["squared", { quantile: 0.6 }, { quantile: 0.7 }, { quantile: 0.8 }],
  scale: "root",
};

/**
 * Learns remaining gain from runs with boosted trees, and gives for each of them its statistic from a fit without its
 * group. Runs that did not reach their plan may be among them. Time is about linear in runs until `maxRows` is
 * reached, and then linear in checkpoints for the statistics alone.
 *
 * @throws {InsufficientDataError} when no kind of run has two groups with a checkpoint to learn from.
 */
export function fitRemainingGain(
  training: InRunTraining,
  options: Partial<RemainingGainOptions> & { readonly seed: number },
): FittedInRun<RemainingGainModel> {
  const settings = { ...remainingGainDefaults, ...options };
  const { heads, heldOut } = fitGain(training, settings, (data) => boostedGain(data, settings));
  return { model: new RemainingGainModel(heads), heldOut };
}

/** Remaining gain as the referee takes it. */
export const remainingGainLearner: InRunLearner = { name: "remaining-gain", fit: fitRemainingGain };

/** The mean of one boosted ensemble for each loss, fitted to rows of gains. */
export function boostedGain(
  { table, roots, weights, scale, seed }: GainData,
  settings: RemainingGainOptions,
): MeanOfTrees {
  const binned = binTable(table);
  const target = settings.scale === "root" ? roots : roots.map((root) => root * root);
  return new MeanOfTrees(
    settings.losses.map((loss, member) =>
      fitBoosting(binned, target, weights, {
        ...settings.boosting,
        loss,
        seed: seedFor(seed, `member-${member}`),
      }),
    ),
    scale.remainingPower,
  );
}
