import type { Population } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";

/** Facts that a certificate needs: one of each line. Alternatives on a line tell the same in other units. */
const needed = [
  { name: "plan", facts: ["maxSteps", "epochs", "maxTokens"] },
  { name: "evals", facts: ["evals"] },
  { name: "params", facts: ["params"] },
] as const;

/** Groups that must reach as far as an end of a range, where there are groups enough. */
const groupsAtAnEnd = 2;
/** Groups from which an end of a range is that of the second group. */
const manyGroups = 10;
/** What a value may lie beyond an end, in log10, for rounding. */
const slack = 1e-9;

/** Least and largest log10 of a fact over the past runs of a population, by fact; a fact that none tells is absent. */
export type FactRanges = Readonly<Record<string, readonly [low: number, high: number]>>;

const columnOf = (fact: string): number => taskFeatureList.findIndex(({ name }) => name === fact);
const columns: Readonly<Record<string, number>> = Object.fromEntries(
  needed.flatMap(({ facts }) => facts.map((fact) => [fact, columnOf(fact)] as const)),
);

/**
 * The ranges of past runs: an end is as far as two groups reach, or the one that reaches farthest where they are fewer
 * than ten.
 *
 * @param features task features, `[nRuns][nFeatures]`
 * @param groups group of each run
 */
export function factRanges(features: readonly Float64Array[], groups: ArrayLike<number>): FactRanges {
  const entries = Object.entries(columns).flatMap(([fact, column]) => {
    const ends = new Map<number, [number, number]>();
    features.forEach((row, run) => {
      const value = row[column]!;
      if (!Number.isFinite(value)) return;
      const [low, high] = ends.get(groups[run]!) ?? [value, value];
      ends.set(groups[run]!, [Math.min(low, value), Math.max(high, value)]);
    });
    if (ends.size === 0) return [];
    const nth = ends.size < manyGroups ? 1 : groupsAtAnEnd;
    const lows = [...ends.values()].map(([low]) => low).sort((a, b) => a - b);
    const highs = [...ends.values()].map(([, high]) => high).sort((a, b) => b - a);
    return [[fact, [lows[nth - 1]!, highs[nth - 1]!] as const] as const];
  });
  return Object.fromEntries(entries);
}

/** How a task lies to the past runs of a population. */
export type Placement = Pick<Population, "outside" | "missing"> & {
  /** How far beyond the ranges it lies, in powers of ten, summed over what is outside; 0 inside. */
  readonly distance: number;
};

/**
 * Places a task: what it tells of the facts that a certificate needs, and what of it lies outside the past runs. Of facts
 * that tell the same in other units one inside is enough. Other facts are never asked: so telling less can only leave
 * something missing, and telling more can only fill it in.
 *
 * @param ranges of the population
 * @param features of the task, `[nFeatures]`
 */
export function placed(ranges: FactRanges, features: Float64Array): Placement {
  const outside: Population["outside"] = [];
  const missing: string[] = [];
  let distance = 0;
  for (const { name, facts } of needed) {
    const known = facts.flatMap((fact) => {
      const value = features[columns[fact]!]!;
      const range = ranges[fact];
      return Number.isFinite(value) && range !== undefined ? [{ fact, value, range }] : [];
    });
    if (known.length === 0) {
      missing.push(name);
      continue;
    }
    const beyond = known.map(({ value, range: [low, high] }) => Math.max(low - value, value - high, 0));
    const least = Math.min(...beyond);
    if (least <= slack) continue;
    distance += least;
    for (const { fact, value, range } of known) {
      outside.push({ fact, value: told(value), low: told(range[0]), high: told(range[1]) });
    }
  }
  return { outside, missing, distance };
}

/** A value of a fact from its log10, without the dust of the logarithm. */
function told(log: number): number {
  return Number((10 ** log).toPrecision(6));
}

/** Whether nothing that a run is known by lies outside; what it does not tell does not speak against it. */
export function isInside(ranges: FactRanges, features: Float64Array): boolean {
  return placed(ranges, features).outside.length === 0;
}
