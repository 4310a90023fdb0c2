import type { MetricClass, Recommendation, SimplePolicy } from "@stopwise/core";
import { describePolicy } from "@stopwise/policies";
import { calibrate } from "../certificates/calibrate.ts";
import type { Bound } from "../certificates/bound.ts";
import { missingGroups } from "../certificates/missing-groups.ts";
import { learnedCriteria, remainingGainOf } from "./learned-criteria.ts";
import { certificateOf } from "../recommendation/certificate-of.ts";
import { dequantised } from "../file/quantised.ts";
import type { StartModel } from "./start-model.ts";
import type { StopwiseModel } from "./stopwise-model.ts";

/** The learned stopper for trainers that can ask at every evaluation, from the same model and bound as the policy. */
export interface LearnedAnswer extends Pick<
  Recommendation,
  "status" | "certificate" | "predicted" | "sentence"
> {
  /** Pins the model by its hash once it is part of a recommendation. */
  readonly policy: SimplePolicy;
}

/** A question to the learned part. */
export interface LearnedQuestion {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
}

/** Rows of the calibration part that count for a question: complete, of the asked class, within the distance gate. */
function rowsFor({ calibration, header }: StartModel, metricClass: MetricClass): number[] {
  return Array.from({ length: calibration.nRuns }, (_, run) => run).filter(
    (run) =>
      calibration.complete[run] === 1 &&
      calibration.classes[run] === metricClass &&
      calibration.distances[run]! <= header.gate,
  );
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

/** Mean over groups, and the 5 % to 95 % range over runs that weigh alike within a group. */
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
  return {
    mean: weighted.reduce((sum, { value, weight }) => sum + value * weight, 0),
    low: at(0.05),
    high: at(0.95),
  };
}

/**
 * The learned stopper under a bound: its threshold is certified on the calibration groups; where they are too few, it
 * is the one that kept the bound on held-out groups of the fit part, and the answer is uncertified. Undefined where
 * the model holds no learned criterion.
 */
export function learnedAnswer(
  model: StopwiseModel,
  start: StartModel,
  { bound, metricClass }: LearnedQuestion,
): LearnedAnswer | undefined {
  const part = model.learnedParts[start.header.kind];
  if (part === undefined) return undefined;
  const rows = rowsFor(start, metricClass);
  const groups = rows.map((run) => start.calibration.groups[run]!);
  const nGroups = new Set(groups).size;
  const n = part.thresholds.length;
  const certified = calibrate(
    {
      loss: rows.flatMap((run) => [
        0,
        ...Array.from({ length: n }, (_, k) => dequantised(part.emLoss[run * n + n - 1 - k]!)),
      ]),
      nSettings: n + 1,
      groups: groups.map(String),
    },
    bound,
  );
  const missing = missingGroups(bound, nGroups);
  const isCertified = missing === 0 && certified.setting > 0;
  const threshold = isCertified ? part.thresholds[n - certified.setting]! : promised(model, start, bound);
  const status = isCertified ? "certified" : threshold === null ? "abstained" : "uncertified";
  const reason =
    missing > 0
      ? { missingGroups: missing, reason: `${missing} more calibration groups are needed` }
      : { reason: "the calibration groups certify no stopping at this bound" };
  const policy = policyAt(threshold, metricClass);
  const at = threshold === null ? n : part.thresholds.findIndex((value) => value >= threshold);
  const outcome = (cells: Uint16Array): number[] =>
    rows.map((run) => (at < 0 || at >= n ? 0 : dequantised(cells[run * n + at]!)));
  return {
    status,
    policy,
    sentence: describePolicy(policy, { criteria: learnedCriteria(model) }),
    predicted: {
      saving: summary(outcome(part.saving), groups),
      emLoss: summary(outcome(part.emLoss), groups),
      costUnit: start.header.costUnit,
    },
    certificate: certificateOf({ bound, metricClass, nGroups }, status, isCertified ? {} : reason),
  };
}

/** The threshold that kept the bound on held-out groups of the fit part; null where none did, or none can be told. */
function promised(model: StopwiseModel, start: StartModel, bound: Bound): number | null {
  const asked =
    bound.kind === "tail"
      ? { kind: "tail" as const, maxEmLoss: bound.maxEmLoss, alpha: bound.alpha ?? 0.1 }
      : { kind: "mean" as const, maxEmLoss: bound.maxEmLoss };
  return remainingGainOf(model).promise(asked, start.header.kind)?.threshold ?? null;
}
