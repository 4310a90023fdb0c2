import type { TrainingSet } from "@stopwise/learners";

/**
 * How many runs of a task its prior prediction is worth, for each part of the targets (saving, loss, tail events): the
 * variance of residuals within groups over their variance between groups; +infinity where groups do not differ beyond
 * what their runs do. The mean of k own residuals then counts k / (k + m).
 *
 * @param training the runs; groups of a single one tell nothing
 * @param held predictions made without the run's group, `[nRuns][nTargets]`
 * @param nParts parts of equal length that the targets consist of
 * @see Bühlmann 1967, Experience rating and credibility
 */
export function credibility(
  training: TrainingSet,
  held: readonly Float64Array[],
  nParts: number,
): Float64Array {
  const { nTargets, targets, groups } = training;
  const byGroup = new Map<number, number[]>();
  groups.forEach((group, run) => byGroup.set(group, [...(byGroup.get(group) ?? []), run]));
  const within = new Float64Array(nParts);
  const between = new Float64Array(nParts);
  for (const members of byGroup.values()) {
    const n = members.length;
    if (n < 2) continue;
    for (let t = 0; t < nTargets; t++) {
      const residuals = members.map((run) => targets[run * nTargets + t]! - held[run]![t]!);
      const mean = residuals.reduce((sum, value) => sum + value, 0) / n;
      const variance = residuals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
      const part = Math.floor((t * nParts) / nTargets);
      within[part]! += variance;
      between[part]! += mean ** 2 - variance / n;
    }
  }
  return within.map((variance, part) => (between[part]! > 0 ? variance / between[part]! : Infinity));
}
