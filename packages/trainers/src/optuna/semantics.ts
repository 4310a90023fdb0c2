import * as z from "zod/mini";
import { signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

/** Largest value that is no NaN; NaN when there is none. */
function largest(values: readonly number[]): number {
  return values.reduce((top, value) => (value > top || Number.isNaN(top) ? value : top), Number.NaN);
}

/**
 * Optuna `PatientPruner` without a wrapped pruner: with more than patience + 1 reports, prune iff the best of all but the
 * last patience + 1 minus minDelta is strictly better than the best of those. NaN reports are ignored; where either side
 * has nothing else, no prune. A larger minDelta stops later, opposite to all others, and a plateau never stops.
 */
export const optuna: TrainerSemantics<Record<string, never>> = {
  name: "optuna",
  source: "optuna 5.0.0, PatientPruner(None, patience, min_delta)",
  aliases: [],
  options: z.strictObject({}),
  start: ({ mode, patience, minDelta }) => {
    const sign = signOf(mode);
    const window: number[] = [];
    let before = Number.NaN;
    return (value) => {
      window.push(sign * value);
      if (window.length > patience + 1) before = largest([before, window.shift()!]);
      const within = largest(window);
      return before - minDelta > within
        ? `PatientPruner: the last ${patience + 1} values are worse than the best before by more than ${minDelta}.`
        : null;
    };
  },
};
