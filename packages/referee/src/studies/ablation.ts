import type { RunRecord, SimplePolicy } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";
import { defaultPortfolio } from "@stopwise/policies";
import { type Bound, boundedLoss, sampleOf } from "@stopwise/meta-model";
import { constant, type Estimator, forest, kernel, nearestTask, ridge } from "@stopwise/learners";
import { bootstrapMeans, drawGroups, orderStatistic } from "../bootstrap.ts";
import { decide, defaultCaution, type Decided } from "../decide.ts";
import { PredictionCache, StartMethod } from "../start-method.ts";
import { studyOf, type Study } from "../study.ts";
import { withLossesOnly, withOverall, withTailsOnly } from "./target-ablation.ts";

/** Task features that tell about one thing, by a name for it; together they are all of them. */
export const featureGroups: Readonly<Record<string, readonly string[]>> = {
  "data size": ["datasetSize", "evalSize"],
  "answer length": ["answerLength"],
  model: ["params", "family", "architecture"],
  plan: ["maxSteps", "maxTokens", "epochs"],
  cadence: ["evals"],
  optimiser: ["batchSize", "sequenceLength", "learningRate", "warmupShare", "schedule"],
  regularisation: ["weightDecay", "dropout", "normalization"],
  "metric class": ["metricClass"],
};

/** What one variant of the start-of-run recommendation gave under one bound, on groups that it had not seen. */
export interface AblationRow {
  readonly part: "estimator" | "feature" | "target";
  readonly variant: string;
  readonly bound: Bound;
  /** Each group weighs 1. */
  readonly meanSaving: number;
  /** Mean unclipped EM loss for a mean bound, share over the bound for a tail. */
  readonly risk: number;
  /** Saving beyond that of kernel weights with everything, with its paired 95 % group-bootstrap interval. */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number };
}

/** Options of an ablation. */
export interface AblationOptions {
  readonly seed: number;
  readonly bounds: readonly Bound[];
  /** Default 5. */
  readonly nFolds?: number;
  readonly policies?: readonly SimplePolicy[];
  /** Called as each row is ready. */
  readonly onRow?: (row: AblationRow) => void;
}

interface Variant extends Pick<AblationRow, "part" | "variant"> {
  readonly estimators: readonly Estimator[];
  /** Names of the task features that are unknown of every run. */
  readonly hidden?: readonly string[];
}

const everyFeature = taskFeatureList.map((feature) => feature.name);

function featureVariants(): Variant[] {
  const base = { part: "feature" as const, estimators: [kernel] };
  return [
    ...Object.entries(featureGroups).map(([name, hidden]) => ({
      ...base,
      variant: `without ${name}`,
      hidden,
    })),
    ...Object.entries(featureGroups).map(([name, own]) => ({
      ...base,
      variant: `only ${name}`,
      hidden: everyFeature.filter((feature) => !own.includes(feature)),
    })),
  ];
}

const everything: Variant = { part: "estimator", variant: "kernel", estimators: [kernel] };

const variants: readonly Variant[] = [
  everything,
  ...[constant, nearestTask, ridge, forest].map((estimator): Variant => ({
    part: "estimator",
    variant: estimator.name,
    estimators: [estimator],
  })),
  { part: "estimator", variant: "recommend (best of three)", estimators: [constant, kernel, forest] },
  ...featureVariants(),
  { part: "target", variant: "saving the same for every task", estimators: [withOverall(kernel, "saving")] },
  { part: "target", variant: "risk the same for every task", estimators: [withOverall(kernel, "risk")] },
  { part: "target", variant: "mean loss in the place of tails", estimators: [withLossesOnly(kernel)] },
  { part: "target", variant: "tails in the place of mean loss", estimators: [withTailsOnly(kernel)] },
];

/** A study of the same runs and folds in which some task features are unknown of every run. */
export function hiding(study: Study, hidden: readonly string[]): Study {
  const columns = new Set(hidden.map((name) => everyFeature.indexOf(name)));
  const features = study.experience.features.map((row) =>
    row.map((value, column) => (columns.has(column) ? Number.NaN : value)),
  );
  return { ...study, experience: { ...study.experience, features } };
}

/**
 * What each estimator, each group of task features and each predicted target brings to a recommendation at the start of a
 * run: promises fixed on training groups, judged on the groups of the fold that was left out. Feature and target variants
 * are of kernel weights, the fastest of the estimators that are kept.
 *
 * @param runs run records of one kind
 * @param options seed, bounds, folds
 */
export function ablation(runs: readonly RunRecord[], options: AblationOptions): AblationRow[] {
  const { seed, nFolds = 5, policies = defaultPortfolio() } = options;
  const study = studyOf(runs, { seed, nFolds, policies });
  const reference = decidedBy(study, everything, options.bounds);
  return variants.flatMap((variant) =>
    decidedBy(study, variant, options.bounds).map((decided, index) => {
      const { part, variant: name } = variant;
      const bound = options.bounds[index]!;
      const summary = summaryOf(study, bound, { decided, reference: reference[index]! });
      const row: AblationRow = { part, variant: name, bound, ...summary };
      options.onRow?.(row);
      return row;
    }),
  );
}

function decidedBy(study: Study, { estimators, hidden = [] }: Variant, bounds: readonly Bound[]): Decided[] {
  const method = new StartMethod("variant", estimators, new PredictionCache(bounds));
  const seen = hiding(study, hidden);
  return bounds.map((bound) => {
    const ask = { bound, weighting: "group" as const, counts: () => true, caution: defaultCaution };
    return decide(seen, method, { ask, selection: "promise" });
  });
}

function summaryOf(
  { experience, seed }: Study,
  bound: Bound,
  { decided, reference }: { decided: Decided; reference: Decided },
): Pick<AblationRow, "meanSaving" | "risk" | "gain"> {
  const { rows, saving, emLoss } = decided;
  const { weights, groups } = sampleOf(
    [...rows.keys()],
    (index) => experience.groups[rows[index]!]!,
    "group",
  );
  const unclipped = bound.kind === "tail" ? bound : { ...bound, clip: Infinity };
  const mean = (of: (index: number) => number): number =>
    rows.reduce((sum, _, index) => sum + weights[index]! * of(index), 0);
  const slot = new Map([...new Set(groups)].map((group, index) => [group, index]));
  const sums = new Float64Array(slot.size);
  groups.forEach((group, index) => {
    sums[slot.get(group)!]! += weights[index]! * (saving[index]! - reference.saving[index]!);
  });
  const draws = drawGroups(slot.size, 600, seed + 17);
  const gains = bootstrapMeans(draws, sums, new Float64Array(slot.size).fill(1 / slot.size));
  return {
    meanSaving: mean((index) => saving[index]!),
    risk: mean((index) => boundedLoss(unclipped, emLoss[index]!)),
    gain: {
      mean: mean((index) => saving[index]! - reference.saving[index]!),
      low: orderStatistic(gains, 0.025),
      high: orderStatistic(gains, 0.975),
    },
  };
}
