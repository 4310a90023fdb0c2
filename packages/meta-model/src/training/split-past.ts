import type { PopulationName } from "@stopwise/core";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";
import { populationOfRun, type Past } from "../experience/past.ts";
import { calibrationGroups, representatives } from "../portfolio/representatives.ts";

/** The runs of one population, split by group. Numbers are rows of the past. */
export interface SplitPast {
  /** What the in-run criterion is learned from: every run of the groups that do not calibrate. */
  readonly all: readonly number[];
  /** Those of them that a model keeps and predicts from. */
  readonly fit: readonly number[];
  /** Runs of other groups, whose group was told and that reached their plan. */
  readonly calibration: readonly number[];
}

/** How runs are split. */
export interface SplitOptions {
  /** Most runs that are kept of each side. */
  readonly limit: number;
  readonly seed: number;
}

/** The rows of each population, in the order of their names. */
export function rowsByPopulation(past: Past): [PopulationName, number[]][] {
  const rows = new Map<PopulationName, number[]>();
  past.runs.forEach((run, row) => {
    const name = populationOfRun(run);
    const members = rows.get(name) ?? [];
    rows.set(name, members);
    members.push(row);
  });
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Splits the groups of a population: those that calibrate, and the others. */
export function splitPast({ runs }: Past, rows: readonly number[], options: SplitOptions): SplitPast {
  const { limit, seed } = options;
  const told = rows.filter((row) => runs[row]!.isTold && runs[row]!.isComplete);
  const names = shuffled(
    [...new Set(told.map((row) => runs[row]!.group))].sort(),
    randomFrom(seedFor(seed, "calibration")),
  );
  const held = new Set(names.slice(0, calibrationGroups(names.length)));
  const kept = (from: readonly number[], name: string): number[] =>
    representatives(from, {
      limit,
      seed: seedFor(seed, name),
      groupOf: (row) => runs[row]!.group,
    });
  const all = rows.filter((row) => !held.has(runs[row]!.group));
  const calibrating = told.filter((row) => held.has(runs[row]!.group));
  return { all, fit: kept(all, "fit"), calibration: kept(calibrating, "kept") };
}
