import { type RecommendOptions } from "./options.ts";
import {
  metricClassOf,
  neverStop,
  type Certificate,
  type MetricClass,
  type Recommendation,
  type Task,
} from "@stopwise/core";
import { taskFeatures } from "@stopwise/features";
import { describePolicy } from "@stopwise/policies";
import { checkBound, type Bound } from "../certificates/bound.ts";
import { missingGroups } from "../certificates/missing-groups.ts";
import { hypervolume, hypervolumeReference } from "../choice/hypervolume.ts";
import { cadenceAdvice } from "../advice/cadence/cadence-advice.ts";
import { considerVariants, nothingConsidered } from "../advice/task-changes/consider.ts";
import type { Neighbours } from "@stopwise/learners";
import { calibrateFor, type Calibration, type Question } from "../model/calibration.ts";
import { certificateOf } from "./certificate-of.ts";
import { learnedAnswer, type LearnedAnswer } from "../model/learned-part.ts";
import { dequantised } from "../file/quantised.ts";
import type { StartModel, StartPrediction } from "../model/start-model.ts";
import type { StopwiseModel } from "../model/stopwise-model.ts";
import { decide, delivered, frontOf, weighed, type Case } from "./verdict.ts";

const maxEvidence = 10;

/**
 * Recommends a stopping policy for a task.
 *
 * `certified`: the certificate's event holds for a run of a new group exchangeable with the calibration groups.
 * `uncertified`: the best prediction under the bound, with the number of calibration groups that are missing.
 * `abstained`: the task is out of distribution, or no stopping is predicted to keep the bound: run to the end.
 *
 * @param model from `deserializeModel` or `trainModel`
 * @param task what is known before the start; unknown stays unknown
 * @param options bound, level, what can be carried out
 * @throws InvalidInputError when the bound means nothing
 */
export function recommendFrom(
  model: StopwiseModel,
  task: Task,
  options: RecommendOptions = {},
): Recommendation {
  const metricClass = task.metricClass ?? (task.metric ? metricClassOf(task.metric) : undefined) ?? "match";
  const bound = boundOf(options);
  const start = partFor(model, task, metricClass);
  if (start === undefined) return withoutRuns(model, { bound, metricClass });
  const scope = start === model.start[start.header.kind] ? "new-task" : "same-task";
  const question = { bound, metricClass, allowed: start.positionsOf(options.expressible) };
  const calibration = remembered(model, { start, question, scope });
  const features = taskFeatures({ ...task, metricClass });
  const prediction = start.predict(features);
  const distance = { value: start.distanceTo(features), gate: start.header.gate };
  const delivery = options.delivery ?? "best";
  const front = frontOf(start, prediction, question);
  const it: Case = {
    question,
    calibration,
    prediction,
    distance,
    options,
    evals: task.evals,
    scope,
  };
  const verdict = weighed(start, it, { decided: decide(start, it), front });
  const prefix = scope === "same-task" ? "own" : start.header.kind;
  const asked = { start, prefix, bound, metricClass, task };
  const recommended = {
    ...verdict.answer,
    policy: verdict.policy,
    sentence: describePolicy(verdict.policy),
    predicted: predictedFor(start, prediction, verdict.setting),
    evidence: evidenceFor(start, prediction.neighbours, verdict.setting),
    distance,
    pareto: front.map(({ setting, saving, emLoss }) => ({
      policy: delivered(start.grid.policyOf(setting), delivery),
      saving,
      emLoss,
      ...(setting === verdict.setting ? { chosen: true } : {}),
    })),
    hypervolume: { value: hypervolume(front), reference: hypervolumeReference },
    config: null,
    advice: {
      ...adviceFor(model, { start, bound, metricClass, isFar: distance.value > distance.gate }),
      ...cadenceAdvice(model.container, { ...asked, setting: verdict.setting, evalCost: options.evalCost }),
    },
    model: { version: model.version, trainedOn: model.trainedOn },
  };
  const { consider = [], ...others } = options;
  if (consider.length === 0) return recommended;
  if (metricClass === "loss") {
    return withConsidered(
      recommended,
      nothingConsidered("changes are predicted for a quality, not for a loss."),
    );
  }
  const variants = considerVariants(model.container, {
    task,
    considered: consider,
    maxEmLoss: bound.maxEmLoss,
    full: recommended,
    neighbours: start === model.start.quality ? prediction.neighbours : undefined,
    ask: (changed) => recommendFrom(model, changed, others),
  });
  return withConsidered(recommended, variants);
}

function withConsidered(
  recommended: Recommendation,
  consider: Recommendation["advice"]["consider"],
): Recommendation {
  return { ...recommended, advice: { ...recommended.advice, consider } };
}

/**
 * The part of a model that answers for a task: its own, where the task goes by the name of one that was tuned often or
 * where nothing else can be certified and no other name is given; else that of all tasks.
 */
function partFor(model: StopwiseModel, task: Task, metricClass: MetricClass): StartModel | undefined {
  const general = model.start[metricClass === "loss" ? "loss" : "quality"];
  if (model.own === undefined || metricClass === "loss") return general;
  const { name } = task;
  const isOwn =
    typeof name === "string" ? model.own.names.has(name) : general?.header.calibration.nGroups === 0;
  return isOwn ? model.own.start : general;
}

function boundOf(options: RecommendOptions): Bound {
  const bound: Bound = {
    kind: options.bound ?? "tail",
    maxEmLoss: options.maxLoss ?? 0.01,
    alpha: options.alpha ?? 0.1,
  };
  checkBound(bound);
  return bound;
}

/**
 * Answers the part of a question that holds for every task alike, how a policy is chosen, so that it need not be worked
 * out when a task is asked about.
 *
 * @param model whose `calibrations` are filled in
 * @param metricClass class that is asked about
 * @param options bound, level, what can be carried out
 */
export function prepareStart(
  model: StopwiseModel,
  metricClass: MetricClass,
  options: RecommendOptions,
): void {
  const start = model.start[metricClass === "loss" ? "loss" : "quality"];
  if (start === undefined) return;
  const question = { bound: boundOf(options), metricClass, allowed: start.positionsOf(options.expressible) };
  remembered(model, { start, question });
}

/** The same of what the in-run criterion adds. */
export function prepareLearned(
  model: StopwiseModel,
  metricClass: MetricClass,
  options: RecommendOptions,
): void {
  const start = model.start[metricClass === "loss" ? "loss" : "quality"];
  if (start !== undefined) adviceFor(model, { start, bound: boundOf(options), metricClass, isFar: false });
}

/** What the learned stopper adds for a trainer that can ask at every evaluation; nothing for a task beyond the gate. */
function adviceFor(
  model: StopwiseModel,
  it: { start: StartModel; bound: Bound; metricClass: MetricClass; isFar: boolean },
): { learned?: LearnedAnswer } {
  if (it.isFar) return {};
  const key = JSON.stringify(["learned", it.start.header.kind, it.bound, it.metricClass]);
  if (!model.calibrations.has(key)) model.calibrations.set(key, learnedAnswer(model, it.start, it) ?? null);
  const learned = model.calibrations.get(key) as LearnedAnswer | null;
  return learned === null
    ? {}
    : { learned: { ...learned, policy: { ...learned.policy, model: model.hash } } };
}

/** A set of positions as text, four to a hexadecimal digit: trainers that can do the same share their calibrations. */
function positionSetKey(positions: readonly number[], n: number): string {
  const digits = new Uint8Array(Math.ceil(n / 4));
  for (const position of positions) digits[position >> 2]! |= 1 << (position & 3);
  return Array.from(digits, (digit) => digit.toString(16)).join("");
}

/** Calibrations depend on the question alone: each is worked out once per model in memory. */
function remembered(
  model: StopwiseModel,
  it: { start: StartModel; question: Question; scope?: Certificate["scope"] },
): Calibration {
  const { start, question, scope } = it;
  const nCandidates = start.header.candidates.length;
  const isAny = question.allowed.length === nCandidates;
  const key = JSON.stringify([
    ...(scope === "same-task" ? [scope] : []),
    start.header.kind,
    question.bound,
    question.metricClass,
    ...(isAny ? [] : [positionSetKey(question.allowed, nCandidates)]),
  ]);
  const known = model.calibrations.get(key) as Calibration | undefined;
  if (known !== undefined) return known;
  const calibration = calibrateFor(start, question);
  model.calibrations.set(key, calibration);
  return calibration;
}

/** Mean and 5 % to 95 % range of a setting's outcomes over the neighbours. */
function predictedFor(
  start: StartModel,
  prediction: StartPrediction,
  setting: number,
): Recommendation["predicted"] {
  const { fit, header } = start;
  return {
    saving: start.outcomeRange(fit.saving, prediction, setting),
    emLoss: start.outcomeRange(fit.emLoss, prediction, setting),
    costUnit: header.costUnit,
  };
}

/** The heaviest past runs, and what the recommended policy did on them. */
function evidenceFor(start: StartModel, near: Neighbours, setting: number): Recommendation["evidence"] {
  const { fit, grid } = start;
  return Array.from(near.runs.subarray(0, maxEvidence), (run, k) => ({
    run: fit.ids[run]!,
    weight: near.weights[k]!,
    saving: dequantised(fit.saving[run * grid.nSettings + setting]!),
    emLoss: dequantised(fit.emLoss[run * grid.nSettings + setting]!),
  }));
}

/** The answer of a model that has seen no run of the kind that is asked about. */
function withoutRuns(
  model: StopwiseModel,
  { bound, metricClass }: { bound: Bound; metricClass: MetricClass },
): Recommendation {
  const nothing = { mean: 0, low: 0, high: 0 };
  return {
    status: "abstained",
    policy: neverStop,
    sentence: describePolicy(neverStop),
    predicted: { saving: nothing, emLoss: nothing, costUnit: "tokens" },
    certificate: certificateOf({ bound, metricClass, nGroups: 0 }, "abstained", {
      reason: "the model has seen no run of this kind",
      missingGroups: missingGroups(bound, 0),
    }),
    evidence: [],
    distance: { value: Number.MAX_VALUE, gate: 0 },
    pareto: [],
    config: null,
    advice: {},
    model: { version: model.version, trainedOn: model.trainedOn },
  };
}
