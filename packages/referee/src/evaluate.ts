import {
  type Curve,
  InsufficientDataError,
  type MetricClass,
  type RunRecord,
  type SimplePolicy,
} from "@stopwise/core";
import {
  defaultPortfolio,
  hindsight,
  noiseFloor,
  outcomeTable,
  parsePolicy,
  tailHindsight,
} from "@stopwise/policies";
import { classOf, type Bound, type Replayer, type Sample } from "@stopwise/meta-model";
import {
  constant,
  forest,
  type InRunLearner,
  kernel,
  nearestTask,
  ridge,
  valueIterationLearner,
} from "@stopwise/learners";
import { fixedRules } from "./baselines.ts";
import { decide, defaultCaution, type Decided } from "./decide.ts";
import { criterionLearner } from "./studies/criterion-learner.ts";
import type { FoldUnit } from "./folds.ts";
import { bestFixed } from "./fixed-policy-method.ts";
import { LearnedMethod, remainingGain } from "./learned-method.ts";
import type { Method } from "./method.ts";
import { methodHypervolumes } from "./method-hypervolume.ts";
import type { EvaluateReport, EvaluateRow, Selection } from "./report.ts";
import { blockOf, rowOf, type Block } from "./row.ts";
import { PredictionCache, StartMethod } from "./start-method.ts";
import { studyOf, type Study } from "./study.ts";

/** Options of an evaluation. */
export interface EvaluateOptions {
  /** What the report calls the data; default `runs`. */
  readonly data?: string;
  /** Runs to be judged by what was fitted on the others; without them, group cross-fitting. */
  readonly test?: readonly RunRecord[];
  readonly seed?: number;
  readonly nFolds?: number;
  /** What is left out at once without test runs: each group, or all groups of a source; default `group`. */
  readonly foldUnit?: FoldUnit;
  readonly bounds?: readonly Bound[];
  /** Policies that start-of-run methods choose from. */
  readonly policies?: readonly SimplePolicy[];
  /** In-run learners by the name of their row; default `learned`, the remaining gain. */
  readonly learners?: Readonly<Record<string, InRunLearner>>;
  /** Standard errors of the training risk that a promise keeps free under its bound. */
  readonly caution?: number;
  readonly onProgress?: (message: string) => void;
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer;
}

/** Bounds that every report has. */
export const reportBounds: readonly Bound[] = [
  ...[0.0025, 0.005, 0.01, 0.02].map((maxEmLoss): Bound => ({ kind: "mean", maxEmLoss })),
  ...[0.05, 0.1, 0.2].map((alpha): Bound => ({ kind: "tail", maxEmLoss: 0.01, alpha })),
];

const selections: readonly Selection[] = ["promise", "certified", "frontier"];
const weightings = ["group", "run"] as const;

/**
 * Judges every estimator, criterion and baseline on runs whose group it has not seen.
 *
 * Runs with a quality and runs with a loss only are judged apart: the blocks of the former are their metric classes and
 * `all`, the latter make the block `loss`.
 *
 * @param runs run records
 * @param options test runs, seed, folds, bounds
 * @throws InsufficientDataError with fewer than two groups, or sources, of runs that reached their plan (one, with test
 * runs)
 */
export function evaluate(runs: readonly RunRecord[], options: EvaluateOptions = {}): EvaluateReport {
  const byKind = (kind: "quality" | "loss", of: readonly RunRecord[]): RunRecord[] =>
    of.filter((run) => run.kind === kind);
  const reports = (["quality", "loss"] as const)
    .map((kind) => {
      const test = options.test === undefined ? undefined : byKind(kind, options.test);
      return evaluateKind(byKind(kind, runs), { ...options, ...(test === undefined ? {} : { test }) });
    })
    .filter((report) => report !== undefined);
  if (reports.length === 0) throw tooFew(runs, options);
  const rows = reports.flatMap((report) => report.rows);
  const hypervolume = methodHypervolumes(rows);
  return {
    data: options.data ?? "runs",
    ...(options.test === undefined ? { folds: options.foldUnit ?? "group" } : {}),
    nRuns: reports.reduce((sum, report) => sum + report.nRuns, 0),
    nGroups: reports.reduce((sum, report) => sum + report.nGroups, 0),
    rows,
    ...(hypervolume.length === 0 ? {} : { hypervolume }),
  };
}

function tooFew(runs: readonly RunRecord[], options: EvaluateOptions): InsufficientDataError {
  const isSource = options.foldUnit === "source" && options.test === undefined;
  const has = new Set(runs.map((run) => (isSource ? run.source : run.group))).size;
  return isSource
    ? new InsufficientDataError(
        { has, needs: 2, what: "sources of runs that reached their plan" },
        "Leave groups out instead, or ingest runs of another repository or author.",
      )
    : new InsufficientDataError(
        { has, needs: 2, what: "groups of runs that reached their plan" },
        "Ingest runs of more tasks.",
      );
}

type Part = Pick<EvaluateReport, "nRuns" | "nGroups" | "rows">;

function evaluateKind(runs: readonly RunRecord[], options: EvaluateOptions): Part | undefined {
  if (runs.length === 0 || options.test?.length === 0) return undefined;
  const study = studyOf(runs, {
    seed: options.seed ?? 1,
    nFolds: options.nFolds ?? 5,
    foldUnit: options.foldUnit ?? "group",
    policies: (options.policies ?? defaultPortfolio()).filter(
      (policy) => runs[0]!.kind === "quality" || policy.monitor !== "quality",
    ),
    ...(options.test === undefined ? {} : { test: options.test }),
    ...(options.replay === undefined ? {} : { replay: options.replay }),
  });
  const rows = study.folds.flatMap((fold) => fold.judged);
  const nGroups = new Set(rows.map((row) => study.experience.groups[row])).size;
  if (rows.length === 0 || (options.test === undefined && (nGroups < 2 || study.folds.length < 2))) {
    return undefined;
  }
  const blocks = blocksOf(study, rows);
  const context = { study, rows, options, hindsight: hindsightOf(study, rows) };
  return {
    nRuns: rows.length,
    nGroups,
    rows: blocks.flatMap((block) => blockRows(block, context, methodsOf(study, options))),
  };
}

/** Learning curves of a power law, an exponential or a logistic, extrapolated to the end of the plan. */
const extrapolationLearner = criterionLearner(
  "extrapolation",
  parsePolicy({ version: 1, criterion: "extrapolation", threshold: 0.9 }) as SimplePolicy,
);

const methodCache = new WeakMap<Study, readonly Method[]>();

function methodsOf(study: Study, options: EvaluateOptions): readonly Method[] {
  const cached = methodCache.get(study);
  if (cached !== undefined) return cached;
  const cache = new PredictionCache(options.bounds ?? reportBounds);
  const methods = [
    bestFixed,
    ...[ridge, kernel, forest, nearestTask].map(
      (estimator) => new StartMethod(estimator.name, [estimator], cache),
    ),
    new LearnedMethod("extrapolation", extrapolationLearner, extrapolationLearner, "largest"),
    new StartMethod("recommend", [constant, kernel, forest], cache),
    ...(options.learners === undefined
      ? [
          new LearnedMethod("learned", remainingGain(3), remainingGain(1)),
          new LearnedMethod("value-iteration", valueIterationLearner),
        ]
      : Object.entries(options.learners).map(([name, learner]) => new LearnedMethod(name, learner))),
  ];
  methodCache.set(study, methods);
  return methods;
}

/** The judged runs by metric class, and all of them. */
export function blocksOf(study: Study, rows: readonly number[]): Block[] {
  const { curves } = study.experience;
  const classes = [...new Set(rows.map((row) => classOf(curves[row]!)))].sort();
  const block = (metricClass: MetricClass | "all"): Block => {
    const members = Array.from(rows.keys()).filter(
      (index) => metricClass === "all" || classOf(curves[rows[index]!]!) === metricClass,
    );
    const floor = (sample: Sample): number =>
      noiseFloor(
        sample.members.map((member) => curves[rows[member]!]!),
        sample.weights,
      );
    return blockOf(study, rows, { metricClass, members, noiseFloor: floor });
  };
  return classes[0] === "loss" ? [block("loss")] : (["all", ...classes] as const).map(block);
}

interface RowContext {
  readonly study: Study;
  readonly rows: readonly number[];
  readonly options: EvaluateOptions;
  readonly hindsight: (block: Block, bound: Bound, weighting: "group" | "run") => Decided & { mean: number };
}

/** Outcomes of the hindsight optimum, the one mixed run in its parts. */
export function hindsightOf(study: Study, rows: readonly number[]): RowContext["hindsight"] {
  return (block, bound, weighting) => {
    const curves = block.members.map((member) => study.experience.curves[rows[member]!]!);
    const { weights } = block.samples[weighting];
    const best =
      bound.kind === "tail"
        ? tailHindsight(curves, { weights, maxEmLoss: bound.maxEmLoss, alpha: bound.alpha ?? 0.1 })
        : hindsight(curves, { weights, maxMeanLoss: bound.maxEmLoss });
    const saving = new Array<number>(rows.length).fill(0);
    const emLoss = new Array<number>(rows.length).fill(0);
    block.members.forEach((member, index) => {
      const stops: [number, number][] = [[best.stopIndices[index]!, 1]];
      if (best.mixed?.run === index) {
        stops[0]![1] -= best.mixed.share;
        stops.push([best.mixed.stopIndex, best.mixed.share]);
      }
      const table = outcomeTable(curves[index]!, "best");
      for (const [stop, share] of stops) {
        saving[member]! += share * table.saving[stop]!;
        emLoss[member]! += share * table.emLoss[stop]!;
      }
    });
    return { rows, saving, emLoss, mean: best.saving };
  };
}

/** What stopping every judged run at given checkpoints gives. */
export function stopped(
  curves: readonly Curve[],
  rows: readonly number[],
  stops: ArrayLike<number>,
): Decided {
  const tables = curves.map((curve) => outcomeTable(curve, "best"));
  return {
    rows,
    saving: tables.map((table, index) => table.saving[stops[index]!]!),
    emLoss: tables.map((table, index) => table.emLoss[stops[index]!]!),
  };
}

function fixedOutcomes({
  study,
  rows,
}: RowContext): { name: string; certified: boolean; decided: Decided }[] {
  const curves = rows.map((row) => study.experience.curves[row]!);
  return fixedRules.map((rule) => {
    const stops = study.folds.flatMap((fold) => [...rule.stops(study, fold)]);
    return { name: rule.name, certified: rule.certified === true, decided: stopped(curves, rows, stops) };
  });
}

function blockRows(block: Block, context: RowContext, methods: readonly Method[]): EvaluateRow[] {
  const { study, rows, options } = context;
  const { curves } = study.experience;
  const fixed = fixedOutcomes(context);
  const counts = (row: number): boolean =>
    block.metricClass === "all" || classOf(curves[row]!) === block.metricClass;
  const caution = options.caution ?? defaultCaution;
  return (options.bounds ?? reportBounds).flatMap((bound) =>
    weightings.flatMap((weighting) => {
      const optimum = context.hindsight(block, bound, weighting);
      const keyed = { bound, weighting, hindsightSaving: optimum.mean };
      const row = (method: string, selection: Selection, decided: Decided): EvaluateRow =>
        rowOf(block, decided, { ...keyed, method, selection });
      options.onProgress?.(`${block.metricClass} ${bound.kind} ${bound.maxEmLoss} ${weighting}`);
      return [
        ...fixed.flatMap(({ name, certified, decided }) =>
          selections
            .filter((selection) => certified || selection !== "certified")
            .map((selection) => row(name, selection, decided)),
        ),
        ...methods.flatMap((method) =>
          selections.map((selection) => {
            const ask = { bound, weighting, counts, caution };
            return row(method.name, selection, decide(study, method, { ask, selection }));
          }),
        ),
        row("hindsight", "frontier", { ...optimum, rows }),
      ];
    }),
  );
}
