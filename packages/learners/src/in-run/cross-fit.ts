import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";

/** Gives each run the number of the fold that holds its group out, `[nRuns]`: groups in seeded random order, dealt out. */
export function groupFolds(groups: ArrayLike<number | string>, nFolds: number, seed: number): Int32Array {
  const names = shuffled([...new Set(Array.from(groups))], randomFrom(seedFor(seed, "cross-fit")));
  const foldOf = new Map(names.map((name, index) => [name, index % nFolds]));
  return Int32Array.from({ length: groups.length }, (_, run) => foldOf.get(groups[run]!)!);
}

/** Positions at which a condition holds. */
export function positions(n: number, holds: (index: number) => boolean): number[] {
  return Array.from({ length: n }, (_, index) => index).filter(holds);
}
