import { boundedLoss, type Bound } from "../certificates/bound.ts";
import type { Quality } from "./decision-quality.ts";
import { startOf, type LevelOutcomes } from "./level-outcomes.ts";

/** Mean risk from which a group counts as one that loses. */
const losing = 0.001;

/** The runs that are averaged, and how. */
export interface Sample {
  /** Positions in the outcomes. */
  readonly members: readonly number[];
  /** Weight of each member; the weights sum to 1. */
  readonly weights: Float64Array;
  /** Group of each member, any numbers. */
  readonly groups: readonly number[];
}

/** A sample of some runs, weighted by group or by run. */
export function sampleOf(
  members: readonly number[],
  groupOf: (member: number) => number,
  weighting: "group" | "run",
): Sample {
  const groups = members.map(groupOf);
  const size = new Map<number, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  const weights = Float64Array.from(groups, (group) =>
    weighting === "run" ? 1 / members.length : 1 / (size.get(group)! * size.size),
  );
  return { members, weights, groups };
}

/** Quality of every level on a sample, `[nLevels]`; costs nMembers x nLevels. */
export function levelQualities(outcomes: LevelOutcomes, sample: Sample, bound: Bound): Quality[] {
  const { nLevels } = outcomes;
  const names = [...new Set(sample.groups)];
  const slot = new Map(names.map((name, index) => [name, index]));
  const weight = new Float64Array(names.length);
  const risk = new Float64Array(names.length * nLevels);
  const saving = new Float64Array(nLevels);
  sample.members.forEach((member, index) => {
    const w = sample.weights[index]!;
    const group = slot.get(sample.groups[index]!)!;
    const start = startOf(outcomes, member);
    weight[group]! += w;
    for (let level = 0; level < nLevels; level++) {
      const cell = start + level;
      saving[level]! += w * outcomes.saving[cell]!;
      risk[group * nLevels + level]! += w * boundedLoss(bound, outcomes.emLoss[cell]!);
    }
  });
  return Array.from(saving, (meanSaving, level) => {
    let [total, nLosing, losingRisk, worstRisk] = [0, 0, 0, 0];
    for (let group = 0; group < names.length; group++) {
      const part = risk[group * nLevels + level]!;
      total += part;
      worstRisk = Math.max(worstRisk, part / weight[group]!);
      if (part <= losing * weight[group]!) continue;
      nLosing += 1;
      losingRisk += part / weight[group]!;
    }
    let variance = 0;
    for (let group = 0; group < names.length; group++) {
      variance += (risk[group * nLevels + level]! - weight[group]! * total) ** 2;
    }
    const n = names.length;
    const riskError = n > 1 ? Math.sqrt((variance * n) / (n - 1)) : Infinity;
    return { saving: meanSaving, risk: total, riskError, nGroups: n, nLosing, losingRisk, worstRisk };
  });
}
