import { binomialUpperTail, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { defaultPortfolio } from "@stopwise/policies";
import {
  type Bound,
  boundedLoss,
  clipOf,
  conformalRiskControl,
  type Experience,
  experienceOf,
  fixedSequenceTest,
  groupRisk,
  type GroupRisk,
  levelOf,
  type LevelOutcomes,
  safetyEnvelope,
  sampleOf,
} from "@stopwise/meta-model";
import { kernel } from "@stopwise/learners";
import { randomFrom, seedFor, shuffled, type Random } from "@stopwise/core/random";
import { defaultCaution, promised } from "./decide.ts";
import { LearnedMethod, remainingGain } from "./learned-method.ts";
import type { Method } from "./method.ts";
import { PredictionCache, StartMethod } from "./start-method.ts";
import type { Fold, Study } from "./study.ts";

/** How coverage is measured. */
export interface CoverageOptions {
  readonly bound: Bound;
  readonly seed: number;
  /** Training parts, each half of the groups. */
  readonly nParts: number;
  /** Permutations of the other groups, for each training part. */
  readonly nPermutations: number;
}

/** What the coverage test of the design (section 6) found. */
export interface Coverage {
  readonly trials: number;
  /** Trials in which the bounded event happened; for a mean, in which a coin of probability loss / B fell. */
  readonly violations: number;
  /** violations / trials; for a mean times B. */
  readonly risk: number;
  /** What the bound allows: alpha, or the mean loss. */
  readonly level: number;
  /** Exact one-sided binomial p-value of "no more violations than the bound allows"; small is bad. */
  readonly pValue: number;
  /** Mean saving of the certified settings, over trials: what the certificate leaves. */
  readonly meanSaving: number;
  /** Share of trials in which anything but never-stop was certified. */
  readonly shareStopping: number;
  readonly nCalibrationGroups: number;
  /**
   * What the same training parts promise without a calibration group, on the same other groups, each weighing 1: the
   * difference of the savings is what the certificate costs.
   */
  readonly promise: { readonly saving: number; readonly risk: number };
}

/** A study whose folds are training parts: half of the groups to fit on, the others to permute. */
export function coverageStudy(
  runs: readonly RunRecord[],
  {
    seed,
    nParts,
    policies = defaultPortfolio(),
  }: { seed: number; nParts: number; policies?: readonly SimplePolicy[] },
): Study {
  const experience = experienceOf(runs, policies);
  const rows = experience.curves.map((_, row) => row);
  const names = experience.groupNames.map((_, group) => group);
  const folds = Array.from({ length: nParts }, (_, part): Fold => {
    const order = shuffled(names, randomFrom(seedFor(seed, `part-${part}`)));
    const fitted = new Set(order.slice(0, Math.ceil(names.length / 2)));
    const fit = rows.filter((row) => fitted.has(experience.groups[row]!));
    const others = rows.filter((row) => !fitted.has(experience.groups[row]!) && experience.complete[row]!);
    return { train: fit, fit, calibration: others, judged: others };
  });
  return { experience, folds, seed };
}

/**
 * Measures the coverage of a method's certificates: fixes a training part, and many times permutes the other groups,
 * calibrates on all but one of them, and draws one run of the one that is left. For a mean bound a coin of probability
 * min(loss, B) / B makes the trial binomial.
 */
export function coverage(study: Study, method: Method, options: CoverageOptions): Coverage {
  const random = randomFrom(seedFor(options.seed, "permutations"));
  const parts = study.folds.map((fold) => partTrials(study, fold, { method, options, random }));
  const trials = parts.length * options.nPermutations;
  const sum = (pick: (part: PartTrials) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  const { bound } = options;
  const scale = bound.kind === "tail" ? 1 : clipOf(bound);
  const violations = sum((part) => part.violations);
  return {
    trials,
    violations,
    risk: (scale * violations) / trials,
    level: levelOf(bound),
    pValue: binomialUpperTail(violations, trials, levelOf(bound) / scale),
    meanSaving: sum((part) => part.saving) / trials,
    shareStopping: sum((part) => part.stopping) / trials,
    nCalibrationGroups: Math.min(...parts.map((part) => part.nCalibration)),
    promise: promiseOf(study, method, bound),
  };
}

/** Mean saving and risk of the promises of every training part, each part weighing 1. */
function promiseOf(study: Study, method: Method, bound: Bound): Coverage["promise"] {
  const ask = { bound, weighting: "group" as const, counts: () => true, caution: defaultCaution };
  let [saving, risk] = [0, 0];
  for (const fold of study.folds) {
    const decided = promised(study, fold, { method, ask });
    const { members, weights } = sampleOf(
      [...fold.judged.keys()],
      (index) => study.experience.groups[fold.judged[index]!]!,
      "group",
    );
    members.forEach((member, index) => {
      saving += (weights[index]! * decided.saving[member]!) / study.folds.length;
      risk += (weights[index]! * boundedLoss(bound, decided.emLoss[member]!)) / study.folds.length;
    });
  }
  return { saving, risk };
}

interface PartTrials {
  readonly violations: number;
  readonly saving: number;
  readonly stopping: number;
  readonly nCalibration: number;
}

function partTrials(
  study: Study,
  fold: Fold,
  { method, options, random }: { method: Method; options: CoverageOptions; random: Random },
): PartTrials {
  const { bound, nPermutations } = options;
  const ask = { bound, weighting: "group" as const, counts: () => true, caution: 0 };
  const { calibration } = method.certifiedPath(study, fold, ask);
  const members = membersByGroup(study.experience, fold.calibration);
  const risks = groupRisk(tableOf(study.experience, fold, calibration), bound);
  const order = risks.groups.map((_, group) => group);
  let [violations, saving, stopping] = [0, 0, 0];
  for (let permutation = 0; permutation < nPermutations; permutation++) {
    const [drawn, ...others] = shuffled(order, random);
    const setting = settingOf(risks, others, bound);
    const runs = members.get(risks.groups[drawn!]!)!;
    const run = runs[Math.floor(random() * runs.length)]!;
    const start = run * calibration.nLevels;
    const loss = safetyEnvelope(calibration.emLoss.subarray(start, start + calibration.nLevels))[setting]!;
    const risk = boundedLoss(bound, loss) / (bound.kind === "tail" ? 1 : clipOf(bound));
    if (random() < risk) violations++;
    if (setting > 0) stopping++;
    saving += calibration.saving[start + setting]!;
  }
  return { violations, saving, stopping, nCalibration: order.length - 1 };
}

function tableOf(experience: Experience, fold: Fold, outcomes: LevelOutcomes) {
  return {
    loss: outcomes.emLoss,
    nSettings: outcomes.nLevels,
    groups: fold.calibration.map((row) => `${experience.groups[row]!}`),
  };
}

/** Positions, in a list of rows, of the runs of each group. */
function membersByGroup(experience: Experience, rows: readonly number[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  rows.forEach((row, index) => {
    const name = `${experience.groups[row]!}`;
    members.set(name, [...(members.get(name) ?? []), index]);
  });
  return members;
}

function settingOf(risks: GroupRisk, chosen: readonly number[], bound: Bound): number {
  const { nSettings } = risks;
  const risk = new Float64Array(chosen.length * nSettings);
  chosen.forEach((group, index) => {
    risk.set(risks.risk.subarray(group * nSettings, (group + 1) * nSettings), index * nSettings);
  });
  const part = { risk, nSettings, groups: chosen.map((group) => risks.groups[group]!) };
  const rule = bound.kind === "high-probability" ? fixedSequenceTest : conformalRiskControl;
  return rule(part, bound).setting;
}

/** What is measured of one method under one bound. */
export interface CoverageRow {
  readonly method: string;
  readonly bound: Bound;
  readonly coverage: Coverage;
}

/**
 * Coverage of the certificates of the kernel-weighted recommendation and of the learned criterion under several bounds.
 *
 * @param runs run records of one kind
 * @param options bounds, seed, training parts and permutations; `onRow` is called as each row is ready
 */
export function coverageOf(
  runs: readonly RunRecord[],
  options: Omit<CoverageOptions, "bound"> & {
    readonly bounds: readonly Bound[];
    readonly onRow?: (row: CoverageRow) => void;
  },
): CoverageRow[] {
  const policies = defaultPortfolio().filter(
    (policy) => runs[0]?.kind !== "loss" || policy.monitor !== "quality",
  );
  const study = coverageStudy(runs, { ...options, policies });
  const methods = [
    new StartMethod("kernel", [kernel], new PredictionCache(options.bounds)),
    new LearnedMethod("learned", remainingGain(3), remainingGain(1)),
  ];
  return methods.flatMap((method) =>
    options.bounds.map((bound) => {
      const row = { method: method.name, bound, coverage: coverage(study, method, { ...options, bound }) };
      options.onRow?.(row);
      return row;
    }),
  );
}
