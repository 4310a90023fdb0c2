import { randomFrom, shuffled } from "@stopwise/core/random";

/** How runs that stand for all are taken. */
export interface RepresentativesOptions<Run> {
  /** Most runs that are taken. */
  readonly limit: number;
  readonly seed: number;
  readonly groupOf: (run: Run) => string;
}

/**
 * At most `limit` runs that stand for all: group after group gives one more run, in seeded random order, so that large
 * groups are thinned first. All runs, in their own order, where there are no more than `limit`.
 */
export function representatives<Run>(
  runs: readonly Run[],
  { limit, seed, groupOf }: RepresentativesOptions<Run>,
): Run[] {
  if (runs.length <= limit) return [...runs];
  const byGroup = new Map<string, number[]>();
  runs.forEach((run, index) => {
    const members = byGroup.get(groupOf(run)) ?? [];
    byGroup.set(groupOf(run), members);
    members.push(index);
  });
  const random = randomFrom(seed);
  const queues = shuffled([...byGroup.values()], random).map((members) => shuffled(members, random));
  const chosen: number[] = [];
  for (let round = 0; chosen.length < limit; round++) {
    for (const queue of queues) {
      if (round < queue.length && chosen.length < limit) chosen.push(queue[round]!);
    }
  }
  return chosen.sort((a, b) => a - b).map((index) => runs[index]!);
}

/** More groups than these certify the usual bounds hardly better, and are learned from instead. */
const mostCalibrationGroups = 120;

/** Groups that go to calibration: none below 12 groups, at least nine from then on, half from 18 on, at most 120. */
export function calibrationGroups(nGroups: number): number {
  return nGroups < 12 ? 0 : Math.min(mostCalibrationGroups, Math.max(9, Math.floor(nGroups / 2)));
}
