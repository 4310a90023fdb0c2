import type { MetricClass, SimplePolicy } from "@stopwise/core";
import { describePolicy } from "@stopwise/policies";
import { defaultClip, type Bound } from "../certificates/bound.ts";
import { calibrate } from "../certificates/calibrate.ts";
import { missingGroups } from "../certificates/missing-groups.ts";
import { isSafe, severityOf } from "../choice/decision-quality.ts";
import { cautionFor } from "../choice/caution.ts";
import { levelQualities, sampleOf } from "../choice/level-quality.ts";
import type { ThresholdOutcomes } from "../file/learned-sections.ts";
import { dequantised } from "../file/quantised.ts";
import { certificateOf } from "../recommendation/certificate-of.ts";
import type { LearnedAnswer } from "./answers.ts";
import { ofClass, ruleRuns } from "./calibration.ts";
import { learnedCriteria } from "./learned-criteria.ts";
import type { KeptRuns } from "./start-model.ts";
import type { ModelPart, StopwiseModel } from "./stopwise-model.ts";

/** A question to the learned part. */
export interface LearnedQuestion {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
}

function policyAt(threshold: number | null, metricClass: MetricClass): SimplePolicy {
  return {
    version: 1,
    criterion: "remaining-gain",
    monitor: metricClass === "loss" ? "evalLoss" : "quality",
    direction: metricClass === "loss" ? "min" : "max",
    params: {},
    threshold,
    compare: ">=",
    nan: "count",
    delivery: "best",
  };
}

/** Mean over groups, and the 5 % to 95 % range over runs that weigh alike within a group; the range holds the mean. */
function summary(
  values: readonly number[],
  groups: readonly number[],
): { mean: number; low: number; high: number } {
  const size = new Map<number, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  const weighted = values
    .map((value, index) => ({ value, weight: 1 / (size.size * size.get(groups[index]!)!) }))
    .sort((a, b) => a.value - b.value);
  const at = (share: number): number => {
    let sum = 0;
    return weighted.find(({ weight }) => (sum += weight) >= share - 1e-9)?.value ?? 0;
  };
  const mean = weighted.reduce((sum, { value, weight }) => sum + value * weight, 0);
  return { mean, low: Math.min(at(0.05), mean), high: Math.max(at(0.95), mean) };
}

/** Outcomes of some kept runs under never-stop and every threshold, the safest first: `[nRuns, nThresholds + 1]`. */
function alongThresholds(
  { saving, emLoss }: ThresholdOutcomes,
  runs: readonly number[],
  n: number,
): { saving: Float32Array; emLoss: Float32Array; nRuns: number; nLevels: number } {
  const along = (cells: Uint16Array): Float32Array => {
    const rows = new Float32Array(runs.length * (n + 1));
    runs.forEach((run, index) => {
      for (let k = 0; k < n; k++) rows[index * (n + 1) + n - k] = dequantised(cells[run * n + k]!);
    });
    return rows;
  };
  return { saving: along(saving), emLoss: along(emLoss), nRuns: runs.length, nLevels: n + 1 };
}

/** The level whose held-out decisions on the kept runs keep the bound with room to spare; 0 where none does. */
function promised(part: ModelPart, { bound, metricClass }: LearnedQuestion): number {
  const { thresholds, fit } = part.learned!;
  const runs = ruleRuns(part.start, metricClass);
  const outcomes = alongThresholds(fit, runs, thresholds.length);
  const sample = sampleOf(
    runs.map((_, index) => index),
    (index) => part.start.fit.groups[runs[index]!]!,
    "group",
  );
  const qualities = levelQualities(outcomes, sample, bound);
  const severity = severityOf(qualities, bound);
  const margin = { caution: cautionFor(qualities[0]?.nGroups ?? 0), severity };
  let best = 0;
  qualities.forEach((quality, level) => {
    if (quality.saving > qualities[best]!.saving && isSafe(quality, bound, margin)) best = level;
  });
  return best;
}

const countedRuns = (runs: KeptRuns, metricClass: MetricClass): number[] =>
  ofClass(runs, metricClass).filter((run) => runs.inside[run] === 1);

/**
 * The learned stopper under a bound: its threshold is certified on the calibration groups; where they are too few, it
 * is the one that kept the bound on held-out groups of the fit part, and the answer is uncertified. Null where the model
 * holds no learned criterion.
 */
export function learnedAnswer(
  model: StopwiseModel,
  part: ModelPart,
  question: LearnedQuestion,
): LearnedAnswer | null {
  if (part.learned === undefined) return null;
  const { bound, metricClass } = question;
  const { calibration, fit } = part.start;
  const { thresholds } = part.learned;
  const n = thresholds.length;
  const rows = countedRuns(calibration, metricClass);
  const groups = rows.map((run) => calibration.groups[run]!);
  const nGroups = new Set(groups).size;
  const calibrating = alongThresholds(part.learned.calibration, rows, n);
  const { setting } = calibrate(
    { loss: calibrating.emLoss, nSettings: n + 1, groups: groups.map(String) },
    bound,
  );
  const missing = missingGroups(bound, nGroups);
  const isCertified = missing === 0 && setting > 0;
  const level = isCertified ? setting : promised(part, question);
  const status = isCertified ? "certified" : level === 0 ? "abstained" : "uncertified";
  const reason =
    missing > 0
      ? { missingGroups: missing, reason: `${missing} more calibration groups are needed` }
      : { reason: "the calibration groups certify no stopping at this bound" };
  const policy = policyAt(level === 0 ? null : thresholds[n - level]!, metricClass);
  // What a certificate speaks of is told by the groups behind it, a promise by those behind the promise.
  const told = isCertified
    ? { outcomes: calibrating, groups }
    : (({ runs }) => ({
        outcomes: alongThresholds(part.learned.fit, runs, n),
        groups: runs.map((run) => fit.groups[run]!),
      }))({ runs: ruleRuns(part.start, metricClass) });
  const at = (cells: Float32Array): number[] => told.groups.map((_, run) => cells[run * (n + 1) + level]!);
  const losses = at(told.outcomes.emLoss);
  return {
    status,
    policy,
    sentence: describePolicy(policy, { criteria: learnedCriteria(model) }),
    predicted: {
      saving: summary(at(told.outcomes.saving), told.groups),
      emLoss: summary(
        losses.map((loss) => Math.min(loss, defaultClip)),
        told.groups,
      ),
      emLossUnclipped: summary(losses, told.groups).mean,
      costUnit: part.header.costUnit,
    },
    certificate: certificateOf({ bound, metricClass, nGroups }, status, isCertified ? {} : reason),
  };
}
