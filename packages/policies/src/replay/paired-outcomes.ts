import type { Curve } from "@stopwise/core";

/** A run as it was planned, and the same run with a learning-rate action taken on its way. */
export interface RunPair {
  readonly base: Curve;
  readonly changed: Curve;
}

/** What an action brought over paired runs. */
export interface PairedOutcomes {
  readonly nPairs: number;
  /** Mean of 1 - cost(changed run) / cost(base run), each to its end; negative where the action costs. */
  readonly meanSaving: number;
  /** Mean of max(0, best of the base - best of the changed run). */
  readonly meanEmLoss: number;
  /** Mean of best(changed) - best(base), signed, with its standard error over the pairs (NaN for fewer than two). */
  readonly meanGain: number;
  readonly standardError: number;
  /** Share of pairs that end better and worse by more than a thousandth. */
  readonly better: number;
  readonly worse: number;
}

function best(curve: Curve): number {
  return [...curve.quality].reduce((top, value) => (value > top ? value : top), 0);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Judges a learning-rate action on paired runs: an action changes the curve, so replaying recorded runs cannot tell what
 * it brings. Each pair is a run to its end and its branch, in which the action was really taken; both deliver their best.
 *
 * @param pairs quality curves with the same cost unit
 * @returns means over the pairs, and their number, which belongs beside every such figure; NaN for no pairs
 */
export function pairedOutcomes(pairs: readonly RunPair[]): PairedOutcomes {
  const gains = pairs.map(({ base, changed }) => best(changed) - best(base));
  const savings = pairs.map(({ base, changed }) => 1 - (changed.cost.at(-1) ?? 0) / (base.cost.at(-1) ?? 0));
  const meanGain = mean(gains);
  const variance = gains.reduce((sum, gain) => sum + (gain - meanGain) ** 2, 0) / (gains.length - 1);
  const share = (test: (gain: number) => boolean): number => gains.filter(test).length / gains.length;
  return {
    nPairs: pairs.length,
    meanSaving: mean(savings),
    meanEmLoss: mean(gains.map((gain) => Math.max(0, -gain))),
    meanGain,
    standardError: gains.length > 1 ? Math.sqrt(variance / gains.length) : Number.NaN,
    better: share((gain) => gain > 0.001),
    worse: share((gain) => gain < -0.001),
  };
}
