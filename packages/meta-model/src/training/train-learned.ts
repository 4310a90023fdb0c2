import { InsufficientDataError } from "@stopwise/core";
import {
  fitRowsGain,
  outcomesOfThresholds,
  rowsOfRuns,
  type FittedRows,
  type StopRows,
} from "@stopwise/learners";
import type { Past } from "../experience/past.ts";
import type { Section } from "../file/container.ts";
import { quantisedAll } from "../file/quantised.ts";
import type { SplitPast } from "./split-past.ts";

/** What the in-run criterion of one population is learned from: plain data, which another thread can be given. */
export interface PopulationTask {
  readonly population: string;
  readonly kind: "quality" | "loss";
  readonly seed: number;
  /** Rows of the runs of every group that does not calibrate, and their groups. */
  readonly rows: StopRows;
  readonly groups: readonly string[];
  /** Those of them that the start-of-run part keeps, in its order. */
  readonly fit: readonly number[];
  /** Runs of other groups, in the order of the start-of-run part. */
  readonly calibration: StopRows;
}

/** What the in-run criteria are learned from, one population after another. */
export type LearnedTask = readonly PopulationTask[];

/** Thresholds that a calibration moves along. */
const nThresholds = 100;

/** The task of learning from runs as they were split for the start-of-run part. */
export function learnedTask(
  past: Past,
  { all, fit, calibration }: SplitPast,
  { population, seed }: { population: string; seed: number },
): PopulationTask {
  const position = new Map(all.map((row, index) => [row, index]));
  return {
    population,
    kind: past.runs[all[0]!]!.kind,
    seed,
    rows: rowsOfRuns(past.rows, all),
    groups: all.map((row) => past.runs[row]!.group),
    fit: fit.map((row) => position.get(row)!),
    calibration: rowsOfRuns(past.rows, calibration),
  };
}

/**
 * Learns the in-run criterion of each population, and tables what a grid of thresholds does: to the kept runs by
 * statistics from fits without their group, behind promises, and to the calibration runs, behind certificates. No
 * sections where there are too few groups to learn.
 */
export function trainLearned(tasks: LearnedTask): Record<string, Section> {
  return Object.assign({}, ...tasks.map(learnedSections)) as Record<string, Section>;
}

function learnedSections(task: PopulationTask): Record<string, Section> {
  const fitted = fitOrNothing(task);
  if (fitted === undefined) return {};
  const kept = keptStatistics(task, fitted.heldOut);
  const thresholds = gridOf(kept.statistic);
  if (thresholds.length === 0) return {};
  const name = `${task.population}.learned`;
  const calibrating = fitted.model.statistics(task.calibration.features, task.kind);
  return {
    [name]: new Uint8Array(fitted.model.toBytes()),
    [`${name}.thresholds`]: thresholds,
    ...outcomeSections(`${name}.fit`, kept.rows, { statistic: kept.statistic, thresholds }),
    ...outcomeSections(`${name}.calibration`, task.calibration, { statistic: calibrating, thresholds }),
  };
}

function outcomeSections(
  name: string,
  rows: StopRows,
  { statistic, thresholds }: { statistic: Float64Array; thresholds: Float64Array },
): Record<string, Section> {
  const { saving, loss } = outcomesOfThresholds(rows, statistic, thresholds);
  return { [`${name}.saving`]: quantisedAll(saving), [`${name}.emLoss`]: quantisedAll(loss) };
}

function fitOrNothing({ kind, rows, groups, seed }: PopulationTask): FittedRows | undefined {
  try {
    return fitRowsGain({ kind, rows, groups }, { seed });
  } catch (error) {
    if (error instanceof InsufficientDataError) return undefined;
    throw error;
  }
}

/** Rows of the kept runs with their held-out statistics. */
function keptStatistics(
  { rows, fit }: PopulationTask,
  heldOut: Float64Array,
): { rows: StopRows; statistic: Float64Array } {
  const parts = fit.map((run) => heldOut.subarray(rows.from[run], rows.from[run + 1]));
  return { rows: rowsOfRuns(rows, fit), statistic: Float64Array.from(parts.flatMap((part) => [...part])) };
}

/** Thresholds at equal steps through the held-out statistics, ascending. */
function gridOf(statistic: Float64Array): Float64Array {
  const sorted = statistic.filter((value) => Number.isFinite(value)).sort();
  const steps = Math.min(nThresholds, sorted.length);
  const at = (k: number): number => sorted[Math.floor((k * (sorted.length - 1)) / Math.max(1, steps - 1))]!;
  return Float64Array.from(new Set(Array.from({ length: steps }, (_, k) => at(k))));
}
