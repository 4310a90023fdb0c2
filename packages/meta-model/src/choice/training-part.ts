import type { TrainingSet } from "@stopwise/learners";
import { featureKinds, type Experience } from "../portfolio/experience.ts";
import { rowsOf } from "../portfolio/outcome-table.ts";
import { reducePortfolio } from "../portfolio/reduce.ts";
import { randomFrom, shuffled } from "@stopwise/core/random";
import { nTargetsOf, targetsOf } from "./prediction.ts";

/** Size of the portfolio that estimators predict and choices are made from. */
export const portfolioSize = 128;

/** A part of the experience with a reduced portfolio, ready for estimators. */
export interface TrainingPart {
  readonly experience: Experience;
  /** Runs of the experience that are in the part. */
  readonly rows: readonly number[];
  /** Settings of the reduced portfolio. */
  readonly candidates: readonly number[];
  readonly training: TrainingSet;
}

/** How much a run counts in fitting: its group's size to this power goes to the group. */
export interface PartOptions {
  readonly seed: number;
  /** 0: each group 1; 0.5: the root of its size; 1: each run 1. */
  readonly groupPower: number;
  readonly allowed?: (setting: number) => boolean;
}

/** Numbers groups 0, 1, ... in seeded random order; equal groups get equal numbers. */
export function renumbered(groups: ArrayLike<number>, seed: number): Int32Array {
  const names = shuffled([...new Set(Array.from(groups))], randomFrom(seed));
  const number = new Map(names.map((name, index) => [name, index]));
  return Int32Array.from(groups, (group) => number.get(group)!);
}

/** Weight of each run, so that a group of n runs weighs n^power in all; the weights sum to 1. */
export function groupPowerWeights(groups: ArrayLike<number>, power: number): Float64Array {
  const size = new Map<number, number>();
  for (let run = 0; run < groups.length; run++) size.set(groups[run]!, (size.get(groups[run]!) ?? 0) + 1);
  const weights = Float64Array.from(groups, (group) => size.get(group)! ** (power - 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Reduces the portfolio on the runs of a part and gathers what estimators learn from. */
export function trainingPart(
  experience: Experience,
  rows: readonly number[],
  { seed, groupPower, allowed = () => true }: PartOptions,
): TrainingPart {
  const groups = renumbered(
    Int32Array.from(rows, (row) => experience.groups[row]!),
    seed,
  );
  const table = rowsOf(experience.table, rows);
  const candidates = reducePortfolio(table, groups, { size: portfolioSize, allowed });
  return {
    experience,
    rows,
    candidates,
    training: {
      features: rows.map((row) => experience.features[row]!),
      kinds: featureKinds,
      targets: targetsOf(table, candidates),
      nTargets: nTargetsOf(candidates.length),
      weights: groupPowerWeights(groups, groupPower),
      groups,
    },
  };
}
