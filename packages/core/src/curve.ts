import { metricClassOf, type MetricClass } from "./metric.ts";
import type { CostUnit } from "./outcome.ts";
import type { Checkpoint, RunRecord } from "./run.ts";

/** The series of a curve; each `[nCheckpoints]`, NaN where a value is missing. */
export interface CurveSeries {
  readonly step: Float64Array;
  readonly tokens: Float64Array;
  readonly epoch: Float64Array;
  readonly quality: Float64Array;
  readonly testQuality: Float64Array;
  readonly evalLoss: Float64Array;
  readonly trainLoss: Float64Array;
  readonly gradNorm: Float64Array;
  readonly learningRate: Float64Array;
}

/**
 * One run's checkpoints as a structure of arrays, ready for replay.
 *
 * `cost` is cumulative, in `costUnit`: tokens where every checkpoint has them, else steps (epochs where the run's
 * steps count epochs). Checkpoints before `firstStop` cannot stop a run: step 0 is no admissible stop.
 */
export interface Curve extends CurveSeries {
  readonly id: string;
  readonly group: string;
  readonly kind: "quality" | "loss";
  readonly metricClass: MetricClass;
  readonly nCheckpoints: number;
  readonly cost: Float64Array;
  readonly costUnit: CostUnit;
  readonly firstStop: number;
  /** The plan in the cost unit; NaN where it is unknown. */
  readonly plannedCost: number;
  /** Planned optimiser steps; NaN where unknown. */
  readonly plannedSteps: number;
  /** Questions in the evaluation set; NaN where unknown. */
  readonly evalSize: number;
}

const finite = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;

function seriesOf(points: readonly Checkpoint[], field: keyof Checkpoint): Float64Array {
  return Float64Array.from(points, (point) => finite(point[field]));
}

/** The first positive finite number among the values, else NaN. */
function firstPositive(...values: unknown[]): number {
  for (const value of values) if (finite(value) > 0) return finite(value);
  return Number.NaN;
}

/** Planned optimiser steps, tokens and epochs of a run, NaN where the record does not tell; plans of old records stand in `hyper`. */
export function planOf(run: RunRecord): { steps: number; tokens: number; epochs: number } {
  return {
    steps: firstPositive(run.plannedSteps, run.hyper["maxSteps"]),
    tokens: firstPositive(run.plannedTokens),
    epochs: firstPositive(run.plannedEpochs, run.hyper["epochs"]),
  };
}

/** Share of its plan that a run has reached, NaN where no plan is known. */
export function planReached(run: RunRecord): number {
  const plan = planOf(run);
  const last = run.points.at(-1);
  if (last === undefined) return 0;
  const shares = [
    finite(last.step) / plan.steps,
    finite(last.tokens) / plan.tokens,
    finite(last.epoch) / plan.epochs,
  ].filter((share) => !Number.isNaN(share));
  return shares.length === 0 ? Number.NaN : Math.max(...shares);
}

/**
 * Whether a run may calibrate a certificate and enter a headline row: it was not cut short as far as its record
 * tells. The last evaluation may fall short of the plan by one evaluation interval.
 */
export function reachedPlan(run: RunRecord): boolean {
  const end = run.end ?? "unknown";
  if (end === "early-stopped" || end === "crashed" || end === "running") return false;
  if (end !== "unknown") return true;
  const share = planReached(run);
  if (Number.isNaN(share)) return true;
  const slack = 1 / Math.max(run.points.length, 1);
  return share >= 1 / (1 + slack) - 1e-9;
}

/** The folder of a log; folders of checkpoints belong to the one above, a log without a folder stands for itself. */
function folderOf(path: string): string {
  const parts = path.replace(/\/$/, "").split("/").slice(0, -1);
  if (/^(checkpoint-\d+|last-checkpoint)$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/") || path;
}

/**
 * The group that splits folds: the record's field, else its task, else its sweep. Where none is told the group is
 * unknown and the log's folder stands in, which never counts as a calibration group of a new-task certificate.
 */
export function groupOf(run: RunRecord): string {
  return run.group ?? run.task ?? run.sweep ?? (run.path ? folderOf(run.path) : run.id);
}

/**
 * The group that a record tells of: its field, else its task, else the sweep that a log names; `undefined` where none is
 * told. A folder is no group: forty seeds in forty folders are one task, and certify nothing about new ones.
 */
export function toldGroupOf(run: RunRecord): string | undefined {
  return run.group ?? run.task ?? run.sweep ?? undefined;
}

/** Turns a run record into the arrays that replay works on. */
export function curveOf(run: RunRecord): Curve {
  const { points } = run;
  const step = seriesOf(points, "step");
  const tokens = seriesOf(points, "tokens");
  const evalLoss = seriesOf(points, run.kind === "loss" ? "value" : "evalLoss");
  const plan = planOf(run);
  const hasTokens = points.length > 0 && tokens.every((value) => !Number.isNaN(value)) && tokens.at(-1)! > 0;
  const stepIsEpoch = run.hyper["stepIsEpoch"] === true;
  const costUnit: CostUnit = hasTokens ? "tokens" : stepIsEpoch ? "epochs" : "steps";
  const last = points.at(-1);
  const share = planReached(run);
  const cost = hasTokens ? tokens : step;
  const directPlan = { tokens: plan.tokens, steps: plan.steps, epochs: plan.epochs }[costUnit];
  const plannedCost = Number.isNaN(directPlan) && last !== undefined ? cost.at(-1)! / share : directPlan;
  const firstStop = cost.findIndex((value) => value > 0);
  return {
    id: run.id,
    group: groupOf(run),
    kind: run.kind,
    metricClass: run.kind === "loss" ? "loss" : (metricClassOf(run.metric) ?? "match"),
    nCheckpoints: points.length,
    step,
    tokens,
    epoch: seriesOf(points, "epoch"),
    quality: seriesOf(points, "quality"),
    testQuality: seriesOf(points, "testQuality"),
    evalLoss,
    trainLoss: seriesOf(points, "trainLoss"),
    gradNorm: seriesOf(points, "gradNorm"),
    learningRate: seriesOf(points, "lr"),
    cost,
    costUnit,
    firstStop: firstStop < 0 ? points.length : firstStop,
    plannedCost,
    plannedSteps: plan.steps,
    evalSize: finite(run.evalSize),
  };
}
