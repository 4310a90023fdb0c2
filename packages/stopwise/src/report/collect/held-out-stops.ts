import { curveOf, InsufficientDataError, type Curve, type Outcome, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import {
  calibrateThreshold,
  fitRemainingGain,
  recommendFrom,
  type RecommendOptions,
  type StopwiseModel,
} from "@stopwise/meta-model";
import { firstPassages, hindsight, outcomeAt, replay, tailHindsight } from "@stopwise/policies";
import type { ReportBound, ReportCurve, StopMark } from "../report-data.ts";
import { groupWeights } from "./held-out-half.ts";

/** A recorded run with its stops, before it is said why it is shown. */
export type StoppedRun = Omit<ReportCurve, "why">;

/** What the stops of a run come from. */
export interface StopSources {
  readonly model: StopwiseModel;
  readonly learnedFrom: readonly RunRecord[];
  readonly bound: ReportBound;
  readonly seed: number;
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

/** Stops by the learned criterion and a threshold that keeps the bound on the runs it was learned from. */
function learnedStops(
  curves: readonly Curve[],
  runs: readonly RunRecord[],
  sources: StopSources,
): StopMark[] {
  const { learnedFrom, bound, seed } = sources;
  const training = { curves: learnedFrom.map(curveOf), tasks: learnedFrom.map(taskOf) };
  const groups = training.curves.map(({ group }) => group);
  const { model, heldOut } = fitRemainingGain({ ...training, groups }, { seed });
  const { threshold } = calibrateThreshold(
    { series: heldOut, curves: training.curves, groups },
    bound.kind === "mean"
      ? { ...bound, kind: "mean" }
      : { ...bound, kind: "tail", alpha: bound.alpha ?? 0.1 },
  );
  return curves.map((curve, run) => {
    const series = model.series(curve, taskOf(runs[run]!));
    const [stop] = firstPassages(series, curve.firstStop, Float64Array.of(threshold));
    return mark("learned", curve, outcomeAt(curve, stop!, "best"));
  });
}

/** The same where too few groups can be learned from: no stops at all. */
function learnedStopsIfAny(
  curves: readonly Curve[],
  runs: readonly RunRecord[],
  sources: StopSources,
): StopMark[] {
  try {
    return learnedStops(curves, runs, sources);
  } catch (error) {
    if (!(error instanceof InsufficientDataError)) throw error;
    return [];
  }
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
 * @param shown runs of groups that `sources.learnedFrom` has none of
 */
export function heldOutStops(shown: readonly RunRecord[], sources: StopSources): StoppedRun[] {
  const pairs = shown.map((run) => ({ run, curve: curveOf(run) })).filter(({ curve }) => isShowable(curve));
  const runs = pairs.map(({ run }) => run);
  const curves = pairs.map(({ curve }) => curve);
  const learned = learnedStopsIfAny(curves, runs, sources);
  const best = hindsightStops(curves, sources.bound);
  return pairs.map(({ run, curve }, i) => {
    const { policy } = recommendFrom(sources.model, taskOf(run), recommendOptions(sources.bound));
    const value = curve.kind === "loss" ? curve.evalLoss : curve.quality;
    return {
      id: run.id,
      group: curve.group,
      metric: run.metric,
      costUnit: curve.costUnit,
      cost: [...curve.cost],
      quality: Array.from(value, finiteOrNull),
      stops: [
        patience3(curve),
        mark("recommend", curve, replay(policy, curve)),
        ...(learned[i] === undefined ? [] : [learned[i]]),
        best[i]!,
      ],
    };
  });
}

function isShowable(curve: Curve): boolean {
  const value = curve.kind === "loss" ? curve.evalLoss : curve.quality;
  return value.filter((it) => !Number.isNaN(it)).length >= 2 && curve.firstStop < curve.nCheckpoints;
}
