import { regimeOf, type Curve } from "@stopwise/core";
import { seedFor } from "@stopwise/core/random";
import { isPlainPatience } from "@stopwise/policies";
import { taskFeatures } from "@stopwise/features";
import {
  constant,
  type Estimator,
  type FittedEstimator,
  FittedForest,
  FittedKernel,
  forest,
  GroupTotals,
  kernel,
  type TrainingSet,
} from "@stopwise/learners";
import { cadenceSections } from "../advice/cadence/cadence-table.ts";
import type { Bound } from "../certificates/bound.ts";
import { chooseAlong, choiceLevels, type ChoiceRule } from "../choice/choose.ts";
import { isSafe } from "../choice/decision-quality.ts";
import { outcomesOfSettings } from "../choice/level-outcomes.ts";
import { levelQualities, sampleOf } from "../choice/level-quality.ts";
import { nTargetsOf, predictionOf, riskOf, targetsOf, type PolicyPrediction } from "../choice/prediction.ts";
import { groupPowerWeights, renumbered } from "../choice/training-part.ts";
import { taskAsRecorded, type Past } from "../experience/past.ts";
import { watchesLoss } from "../experience/portfolio.ts";
import type { Section } from "../file/container.ts";
import { forestSections } from "../file/forest-sections.ts";
import { quantised, quantisedAll } from "../file/quantised.ts";
import type { KeptRunFacts, StartHeader } from "../model/start-header.ts";
import { factRanges, isInside, type FactRanges } from "../population/facts.ts";
import { featureKinds } from "../portfolio/experience.ts";
import { rowsOf, type OutcomeTable } from "../portfolio/outcome-table.ts";
import { SettingGrid } from "../portfolio/policy-family.ts";
import { reducePortfolio } from "../portfolio/reduce.ts";
import type { SplitPast } from "./split-past.ts";

/** Settings that a part chooses from: a model has a part a population. */
const mainPortfolio = 72;
/** Candidates at least that are a plain patience, so that whoever can only state one finds a choice. */
const plainPortfolio = 28;

/** A trained part: its header and its arrays. */
export interface TrainedStart {
  readonly header: StartHeader;
  readonly sections: Readonly<Record<string, Section>>;
}

/** Options of a start-of-run part. */
export interface StartOptions {
  readonly seed: number;
  /** What the names of its sections begin with. */
  readonly prefix: string;
  /** Curves of those past runs that are at hand, for advice on the cadence; none leaves it out. */
  readonly curves?: ReadonlyMap<string, Curve>;
}

/** Bounds that estimators are compared by, on held-out decisions of the fit part. */
const comparedBounds: readonly Bound[] = [
  { kind: "mean", maxEmLoss: 0.005 },
  { kind: "mean", maxEmLoss: 0.01 },
  { kind: "mean", maxEmLoss: 0.02 },
  { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
];

/**
 * Fits the start-of-run part of a model on the past runs of one population, split into a fit and a calibration part:
 * reduces the portfolio, compares the estimators on held-out decisions of the fit part, and keeps what a recommendation
 * needs.
 */
export function trainStart(past: Past, split: SplitPast, options: StartOptions): TrainedStart {
  const { seed, prefix, curves } = options;
  const work = workOf(past, split);
  const fitted = fitPart(work, split.fit, seed);
  const { grid, table, candidates } = slimmed(work, fitted.candidates);
  const slim = { ...work, grid, table };
  const kept = { ...fitted, candidates };
  const sections = sectionsOf(slim, split, { fitted: kept, prefix });
  return {
    header: startHeader(slim, split, kept),
    sections: { ...sections, ...(curves === undefined ? {} : cadenceOf(slim, split, { prefix, curves })) },
  };
}

/** The past of one population, with what its runs are told by. */
interface Work {
  readonly past: Past;
  readonly grid: SettingGrid;
  readonly table: OutcomeTable;
  /** `[nRuns][nFeatures]` */
  readonly features: readonly Float64Array[];
  /** The same with recorded lengths where no plan was told. */
  readonly shapes: readonly Float64Array[];
  /** Group number of each run, `[nRuns]`. */
  readonly groups: Int32Array;
  readonly ranges: FactRanges;
}

function workOf(past: Past, { all }: SplitPast): Work {
  const features = past.runs.map(({ task }) => taskFeatures(task));
  const names = new Map<string, number>();
  const groups = Int32Array.from(past.runs, ({ group }) => {
    const number = names.get(group) ?? names.size;
    names.set(group, number);
    return number;
  });
  const shapes = past.runs.map((run) => taskFeatures(taskAsRecorded(run)));
  const whole = all.filter((row) => past.runs[row]!.isComplete);
  const ranges = factRanges(
    whole.map((row) => shapes[row]!),
    whole.map((row) => groups[row]!),
  );
  return { past, grid: past.grid, table: past.table, features, shapes, groups, ranges };
}

/** The families of the candidates alone: what a model has no use for is not kept. */
function slimmed(
  { grid, table }: Work,
  candidates: readonly number[],
): { grid: SettingGrid; table: OutcomeTable; candidates: number[] } {
  const used = new Set(candidates.map((setting) => grid.familyOf(setting)));
  const families = grid.families.filter((_, family) => used.has(family));
  const settings = [0];
  grid.families.forEach(({ thresholds }, family) => {
    if (used.has(family)) settings.push(...thresholds.map((_, index) => grid.startOf(family) + index));
  });
  const position = new Map(settings.map((setting, index) => [setting, index]));
  const pick = (cells: Float32Array): Float32Array => {
    const picked = new Float32Array(table.nRuns * settings.length);
    for (let run = 0; run < table.nRuns; run++) {
      for (let k = 0; k < settings.length; k++)
        picked[run * settings.length + k] = cells[run * table.nSettings + settings[k]!]!;
    }
    return picked;
  };
  return {
    grid: new SettingGrid(families),
    table: {
      nRuns: table.nRuns,
      nSettings: settings.length,
      saving: pick(table.saving),
      emLoss: pick(table.emLoss),
    },
    candidates: candidates.map((setting) => position.get(setting)!),
  };
}

/** Advice on the cadence from the runs whose curves are at hand. */
function cadenceOf(
  { past, grid, groups }: Work,
  { fit, calibration }: SplitPast,
  { prefix, curves }: { prefix: string; curves: ReadonlyMap<string, Curve> },
): Record<string, Section> {
  const rows = [...fit, ...calibration].filter((row) => curves.has(past.runs[row]!.id));
  return cadenceSections(
    {
      grid,
      curves: rows.map((row) => curves.get(past.runs[row]!.id)!),
      groups: Int32Array.from(rows, (row) => groups[row]!),
      complete: rows.map((row) => past.runs[row]!.isComplete),
    },
    prefix,
  );
}

interface FittedPart {
  readonly training: TrainingSet;
  readonly table: OutcomeTable;
  readonly candidates: readonly number[];
  readonly estimator: FittedEstimator;
  readonly held: readonly PolicyPrediction[];
  readonly heldRows: readonly Float64Array[];
  readonly name: StartHeader["estimator"];
  readonly rule: ChoiceRule["kind"];
}

function fitPart(work: Work, rows: readonly number[], seed: number): FittedPart {
  const { past, grid } = work;
  const groups = renumbered(
    Int32Array.from(rows, (row) => work.groups[row]!),
    seed,
  );
  const table = rowsOf(work.table, rows);
  const isLoss = past.runs[rows[0]!]!.kind === "loss";
  const fits = (setting: number): boolean => !isLoss || setting === 0 || watchesLoss(grid, setting);
  const reduce = (size: number, allowed: (setting: number) => boolean): number[] =>
    reducePortfolio(table, groups, { size, allowed: (setting) => fits(setting) && allowed(setting) });
  const isPlain = (setting: number): boolean => isPlainPatience(grid.policyOf(setting));
  const candidates = [
    ...new Set([...reduce(mainPortfolio, () => true), ...reduce(plainPortfolio, isPlain)]),
  ].sort((a, b) => a - b);
  const training: TrainingSet = {
    features: rows.map((row) => work.features[row]!),
    kinds: featureKinds,
    targets: targetsOf(table, candidates),
    nTargets: nTargetsOf(candidates.length),
    weights: groupPowerWeights(groups, 0),
    groups,
  };
  const estimators: readonly [StartHeader["estimator"], Estimator][] = [
    ["constant", constant],
    ["kernel", kernel],
    ["forest", forest],
  ];
  const complete = Array.from(rows.keys()).filter((index) => past.runs[rows[index]!]!.isComplete);
  const attempts = estimators.flatMap(([name, estimator]) => {
    const fitted = estimator.fit(training, { seed: seedFor(seed, name) });
    const heldRows = rows.map((_, index) => fitted.predictHeldOut(index));
    const held = heldRows.map((row) => predictionOf(row, candidates.length));
    return (["constraint", "price"] as const).map((rule) => ({
      part: { training, table, candidates, estimator: fitted, held, heldRows, name, rule },
      score: heldOutSaving({ held, candidates, table, complete, groups, rule }),
    }));
  });
  return attempts.reduce((a, b) => (b.score > a.score ? b : a)).part;
}

/** Mean over the compared bounds of the saving of held-out decisions that keep the bound. */
function heldOutSaving(data: {
  held: readonly PolicyPrediction[];
  candidates: readonly number[];
  table: OutcomeTable;
  complete: readonly number[];
  groups: Int32Array;
  rule: ChoiceRule["kind"];
}): number {
  const { held, candidates, table, complete, groups, rule } = data;
  const everything = held.map((_, index) => index);
  const sample = sampleOf(complete, (index) => groups[index]!, "group");
  const savings = comparedBounds.map((bound) => {
    const levels = choiceLevels[bound.kind === "tail" ? "tail" : "mean"][rule];
    const settings = Int32Array.from(
      held.flatMap((prediction) => {
        const risk = riskOf(prediction, bound);
        return Array.from(
          chooseAlong(prediction.saving, risk, { kind: rule, levels }),
          (chosen) => candidates[chosen]!,
        );
      }),
    );
    const qualities = levelQualities(outcomesOfSettings(table, everything, settings), sample, bound);
    return Math.max(
      0,
      ...qualities.filter((quality) => isSafe(quality, bound, { caution: 0.5 })).map(({ saving }) => saving),
    );
  });
  return savings.reduce((sum, saving) => sum + saving, 0) / savings.length;
}

/** What is told of kept runs, as a section. */
function keptFacts({ past }: Work, rows: readonly number[]): Section {
  const facts: KeptRunFacts = {
    classes: rows.map((row) => past.runs[row]!.metricClass),
    evals: rows.map((row) => taskAsRecorded(past.runs[row]!).evals ?? null),
    ids: rows.map((row) => past.runs[row]!.id),
    names: rows.map((row) => past.runs[row]!.name),
  };
  return new TextEncoder().encode(JSON.stringify(facts));
}

function startHeader(work: Work, { fit, calibration }: SplitPast, fitted: FittedPart): StartHeader {
  const { past, grid, groups } = work;
  const { candidates } = fitted;
  const first = past.runs[fit[0]!]!;
  return {
    regime: regimeOf(first.task).regime,
    kind: first.kind,
    nRuns: past.runs.length,
    nGroups: new Set(past.runs.filter(({ isTold }) => isTold).map(({ group }) => group)).size,
    nUntold: past.runs.filter(({ isTold }) => !isTold).length,
    families: grid.families,
    candidates,
    rule: fitted.rule,
    estimator: fitted.name,
    smoothing:
      fitted.estimator instanceof FittedKernel ? fitted.estimator.smoothing : { bandwidth: 0.1, prior: 0.1 },
    ranges: work.ranges,
    kinds: featureKinds,
    costUnit: first.costUnit,
    classes: [...new Set([...fit, ...calibration].map((row) => past.runs[row]!.metricClass))].sort(),
    nCalibrationGroups: new Set(calibration.map((row) => groups[row])).size,
  };
}

function sectionsOf(
  work: Work,
  { fit, calibration }: SplitPast,
  { fitted, prefix }: { fitted: FittedPart; prefix: string },
): Record<string, Section> {
  const { past, table } = work;
  const nFeatures = featureKinds.length;
  const features = new Float64Array(fit.length * nFeatures);
  fitted.training.features.forEach((row, run) => features.set(row, run * nFeatures));
  const flat = (rows: readonly Float64Array[]): Uint16Array => {
    const width = nTargetsOf(fitted.candidates.length);
    const packed = new Uint16Array(rows.length * width);
    rows.forEach((row, run) => row.forEach((value, t) => (packed[run * width + t] = quantised(value))));
    return packed;
  };
  const kept = (rows: readonly number[], predictions: readonly Float64Array[], name: string) => ({
    [`${prefix}.${name}.groups`]: Int32Array.from(rows, (row) => work.groups[row]!),
    [`${prefix}.${name}.complete`]: Uint8Array.from(rows, (row) => (past.runs[row]!.isComplete ? 1 : 0)),
    [`${prefix}.${name}.inside`]: Uint8Array.from(rows, (row) =>
      isInside(work.ranges, work.shapes[row]!) ? 1 : 0,
    ),
    [`${prefix}.${name}.emLoss`]: quantisedAll(rowsOf(table, rows).emLoss),
    [`${prefix}.${name}.facts`]: keptFacts(work, rows),
    [`${prefix}.${name}.predictions`]: flat(predictions),
  });
  const predicted = calibration.map((row) => fitted.estimator.predict(work.features[row]!));
  return {
    ...kept(fit, fitted.heldRows, "fit"),
    ...kept(calibration, predicted, "calibration"),
    [`${prefix}.fit.saving`]: quantisedAll(rowsOf(table, fit).saving),
    [`${prefix}.fit.features`]: features,
    [`${prefix}.fit.weights`]: fitted.training.weights,
    [`${prefix}.overall`]: new GroupTotals(fitted.training).meanWithout(undefined),
    ...(fitted.estimator instanceof FittedForest
      ? forestSections(`${prefix}.forest`, fitted.estimator.forest.trees)
      : {}),
  };
}
