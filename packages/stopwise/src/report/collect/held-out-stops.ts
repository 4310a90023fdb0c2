import { curveOf, type Curve, type Outcome, type Recommendation, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { recommendFrom, type RecommendOptions, type StopwiseModel } from "@stopwise/meta-model";
import { learnedCriteria, type LearnedAnswer } from "@stopwise/meta-model/predict";
import { hindsight, outcomeAt, replay, tailHindsight } from "@stopwise/policies";
import type { ReportBound, ReportCurve, StopMark } from "../report-data.ts";
import { groupWeights } from "./held-out-half.ts";

/** A recorded run with its stops, before it is said why it is shown. */
export type StoppedRun = Omit<ReportCurve, "why">;

/** What the stops of a run come from. */
export interface StopSources {
  readonly model: StopwiseModel;
  readonly bound: ReportBound;
}

/** The learned stopper that comes with a recommendation; none beyond the distance gate. */
export function learnedOf({ advice }: Recommendation): LearnedAnswer | undefined {
  return advice.learned;
}

/** The options of a recommendation under a bound. */
export function recommendOptions({ kind, maxEmLoss, alpha }: ReportBound): RecommendOptions {
  return { bound: kind, maxLoss: maxEmLoss, ...(alpha === undefined ? {} : { alpha }) };
}

function mark(method: string, curve: Curve, { stopIndex, saving, emLoss }: Outcome): StopMark {
  return { method, stopIndex: stopIndex ?? curve.nCheckpoints - 1, saving, emLoss };
}

function patience3(curve: Curve): StopMark {
  const monitor = curve.kind === "loss" ? "evalLoss" : "quality";
  const direction = curve.kind === "loss" ? "min" : "max";
  const policy = { version: 1, criterion: "staleness", monitor, direction, threshold: 3 };
  return mark("patience-3", curve, replay(policy, curve));
}

/** Stops as recommended before the run, and by the learned criterion where the model holds one. */
function recommendedStops(run: RunRecord, curve: Curve, { model, bound }: StopSources): StopMark[] {
  const task = taskOf(run);
  const answer = recommendFrom(model, task, recommendOptions(bound));
  const start = mark("recommend", curve, replay(answer.policy, curve, { task }));
  const policy = learnedOf(answer)?.policy;
  if (policy === undefined) return [start];
  const context = { task, criteria: learnedCriteria(model), modelHash: model.hash };
  return [start, mark("learned", curve, replay(policy, curve, context))];
}

function hindsightStops(curves: readonly Curve[], bound: ReportBound): StopMark[] {
  const weights = groupWeights(curves.map(({ group }) => group));
  const { stopIndices } =
    bound.kind === "mean"
      ? hindsight(curves, { weights, maxMeanLoss: bound.maxEmLoss })
      : tailHindsight(curves, { weights, maxEmLoss: bound.maxEmLoss, alpha: bound.alpha ?? 0.1 });
  return curves.map((curve, run) => mark("hindsight", curve, outcomeAt(curve, stopIndices[run]!, "best")));
}

const finiteOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/**
 * Where patience 3, the recommendation, the learned criterion and hindsight stop runs that the model has not learned from.
 * Runs without two values of what they are judged by are left out.
 *
 * @param shown runs of groups that the model has not learned from
 * @param sources the model, and the bound that it has to keep
 */
export function heldOutStops(shown: readonly RunRecord[], sources: StopSources): StoppedRun[] {
  const pairs = shown.map((run) => ({ run, curve: curveOf(run) })).filter(({ curve }) => isShowable(curve));
  const best = hindsightStops(
    pairs.map(({ curve }) => curve),
    sources.bound,
  );
  return pairs.map(({ run, curve }, i) => {
    const value = curve.kind === "loss" ? curve.evalLoss : curve.quality;
    return {
      id: run.id,
      group: curve.group,
      metric: run.metric,
      costUnit: curve.costUnit,
      cost: [...curve.cost],
      quality: Array.from(value, finiteOrNull),
      stops: [patience3(curve), ...recommendedStops(run, curve, sources), best[i]!],
    };
  });
}

function isShowable(curve: Curve): boolean {
  const value = curve.kind === "loss" ? curve.evalLoss : curve.quality;
  return value.filter((it) => !Number.isNaN(it)).length >= 2 && curve.firstStop < curve.nCheckpoints;
}
