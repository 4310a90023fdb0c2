import {
  metricClassOf,
  neverStop,
  regimeOf,
  type Certificate,
  type MetricClass,
  type Population,
  type Recommendation,
  type Task,
} from "@stopwise/core";
import { taskFeatures } from "@stopwise/features";
import type { Neighbours } from "@stopwise/learners";
import { describePolicy } from "@stopwise/policies";
import { cadenceAdvice } from "../advice/cadence/cadence-advice.ts";
import { considerVariants, nothingConsidered } from "../advice/task-changes/consider.ts";
import { checkBound, type Bound } from "../certificates/bound.ts";
import { missingGroups } from "../certificates/missing-groups.ts";
import { hypervolume, hypervolumeReference } from "../choice/hypervolume.ts";
import { dequantised } from "../file/quantised.ts";
import { questionName, type Calibration, type LearnedAnswer } from "../model/answers.ts";
import { calibrateFor, type Question } from "../model/calibration.ts";
import { populationOfTask } from "../model/learned-criteria.ts";
import { learnedAnswer } from "../model/learned-part.ts";
import type { StartModel } from "../model/start-model.ts";
import type { ModelPart, StopwiseModel } from "../model/stopwise-model.ts";
import { placed, type Placement } from "../population/facts.ts";
import { certificateOf } from "./certificate-of.ts";
import type { RecommendOptions } from "./options.ts";
import { decide, delivered, frontOf, unplaced, weighed, type Case } from "./verdict.ts";

const maxEvidence = 10;

/** A task as it was understood: its metric class, and the population that its regime and metric place it in. */
interface Understood {
  readonly task: Task;
  readonly metricClass: MetricClass;
  /** Whether the metric's name tells its class. */
  readonly isClassTold: boolean;
  readonly regime: ReturnType<typeof regimeOf>;
}

function understood(task: Task): Understood {
  const named = task.metricClass ?? (task.metric ? metricClassOf(task.metric) : "match");
  const metricClass = named ?? "match";
  const regime = regimeOf(task);
  return {
    task: { ...task, metricClass, regime: regime.regime },
    metricClass,
    isClassTold: named !== undefined,
    regime,
  };
}

/**
 * Recommends a stopping policy for a task.
 *
 * `certified`: the task lies inside the range of its population's past runs, and the certificate's event holds for a run
 * of a new group exchangeable with the calibration groups.
 * `uncertified`: the best prediction under the bound, with what lies outside, what is not told, or how many calibration
 * groups are missing.
 * `abstained`: no population fits, or no stopping is predicted to keep the bound: run to the end.
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
  const known = understood(task);
  const { metricClass } = known;
  const bound = boundOf(options);
  const part = partFor(model, known);
  if (part === undefined) return withoutRuns(model, known, bound);
  const { start } = part;
  const question = { bound, metricClass, allowed: start.positionsOf(options.expressible) };
  const features = taskFeatures(known.task);
  const name = calibrationName(part, question);
  const asked: Case = {
    question,
    calibration: calibrationFor(part, question),
    shared: (workedOut) => part.answers.shared(name, task.evals, workedOut),
    prediction: start.predict(features),
    placement: placementOf(part, known, features),
    options,
    evals: task.evals,
    scope: part.prefix === "own" ? "same-task" : "new-task",
  };
  const recommended = answered(model, { part, known, asked });
  const { consider = [], ...others } = options;
  if (consider.length === 0) return recommended;
  return withConsidered(
    recommended,
    considered(model, { part, known, asked, others, recommended, consider }),
  );
}

function placementOf(part: ModelPart, { isClassTold }: Understood, features: Float64Array): Placement {
  const placement = placed(part.header.ranges, features);
  return isClassTold ? placement : { ...placement, missing: ["metricClass", ...placement.missing] };
}

/** The whole answer but what changes of the task would do. */
function answered(
  model: StopwiseModel,
  { part, known, asked }: { part: ModelPart; known: Understood; asked: Case },
): Recommendation {
  const { start } = part;
  const { question, prediction, placement, options, evals } = asked;
  const { bound, metricClass } = question;
  const front = frontOf(start, asked);
  const verdict = weighed(start, asked, { decided: decide(start, asked), front });
  const { setting } = verdict;
  const outcome = start.outcomeOf(prediction, setting, evals);
  const points = front.map((point) => ({
    policy: delivered(start.grid.policyOf(point.setting), options.delivery),
    ...(point.setting === setting
      ? { saving: outcome.saving.mean, emLoss: outcome.emLoss.mean, chosen: true }
      : { saving: point.saving, emLoss: point.emLoss }),
  }));
  const cadence = cadenceAdvice(model.container, {
    start,
    prefix: part.prefix,
    bound,
    metricClass,
    task: known.task,
    setting,
    predicted: { saving: outcome.saving.mean, emLoss: outcome.emLoss.mean },
    evalCost: asked.options.evalCost,
  });
  return {
    ...verdict.answer,
    policy: verdict.policy,
    sentence: describePolicy(verdict.policy),
    predicted: { ...outcome, costUnit: start.header.costUnit },
    evidence: evidenceFor(start, prediction.neighbours, setting),
    distance: { value: placement.distance, gate: 0 },
    pareto: points,
    hypervolume: { value: hypervolume(points), reference: hypervolumeReference },
    config: null,
    advice: { ...learnedAdvice(model, part, asked), ...cadence },
    population: populationOfAnswer(part, known, placement),
    task: known.task,
    model: { version: model.version, trainedOn: model.trainedOn, hash: model.hash },
  };
}

function populationOfAnswer(
  { header }: ModelPart,
  { regime }: Understood,
  { outside, missing }: Placement,
): Population {
  return { ...regime, nRuns: header.nRuns, nGroups: header.nGroups, outside, missing };
}

/** What changes of the task would do. */
function considered(
  model: StopwiseModel,
  question: {
    part: ModelPart;
    known: Understood;
    asked: Case;
    others: RecommendOptions;
    recommended: Recommendation;
    consider: NonNullable<RecommendOptions["consider"]>;
  },
): NonNullable<Recommendation["advice"]["consider"]> {
  const { part, known, asked, others, recommended, consider } = question;
  if (known.metricClass === "loss") {
    return nothingConsidered("changes are predicted for a quality, not for a loss.");
  }
  return considerVariants(model.container, {
    task: known.task,
    population: part.prefix,
    considered: consider,
    maxEmLoss: asked.question.bound.maxEmLoss,
    full: recommended,
    neighbours: asked.prediction.neighbours,
    ask: (changed) => recommendFrom(model, changed, others),
  });
}

function withConsidered(
  recommended: Recommendation,
  consider: Recommendation["advice"]["consider"],
): Recommendation {
  return { ...recommended, advice: { ...recommended.advice, consider } };
}

/**
 * The part of a model that answers for a task: its own, where the task goes by the name of one that was tuned often or
 * where nothing else can be certified and no other name is given; else that of its population.
 */
function partFor(model: StopwiseModel, { task, metricClass }: Understood): ModelPart | undefined {
  const general = model.populations.get(populationOfTask(task));
  if (model.own === undefined || metricClass === "loss") return general;
  const { name } = task;
  const isOwn =
    typeof name === "string" ? model.own.names.has(name) : general?.header.nCalibrationGroups === 0;
  return isOwn ? model.own.part : general;
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
 * Answers the part of a question that holds for every task of a population alike, how a policy is chosen, so that it need
 * not be worked out when a task is asked about.
 *
 * @param part whose answers are filled in
 * @param metricClass class that is asked about
 * @param options bound, level, what can be carried out
 */
export function prepareStart(part: ModelPart, metricClass: MetricClass, options: RecommendOptions): void {
  const question = {
    bound: boundOf(options),
    metricClass,
    allowed: part.start.positionsOf(options.expressible),
  };
  calibrationFor(part, question);
}

/** The same of what the in-run criterion adds. */
export function prepareLearned(
  model: StopwiseModel,
  part: ModelPart,
  { metricClass, options }: { metricClass: MetricClass; options: RecommendOptions },
): void {
  learnedFor(model, part, { bound: boundOf(options), metricClass });
}

function learnedFor(
  model: StopwiseModel,
  part: ModelPart,
  question: { bound: Bound; metricClass: MetricClass },
): LearnedAnswer | null {
  const name = questionName(question.bound, question.metricClass);
  const known = part.answers.learned.get(name);
  if (known !== undefined) return known;
  const answer = learnedAnswer(model, part, question);
  part.answers.learned.set(name, answer);
  return answer;
}

/**
 * What the learned stopper adds for a trainer that can ask at every evaluation. It is certified for a task inside the
 * population alone, as the policy is, and its policy pins the model.
 */
function learnedAdvice(
  model: StopwiseModel,
  part: ModelPart,
  { question, placement, scope }: Case,
): { learned?: LearnedAnswer } {
  if (scope === "same-task") return {};
  const learned = learnedFor(model, part, question);
  if (learned === null) return {};
  const pinned = { ...learned, policy: { ...learned.policy, model: model.hash } };
  const reason = unplaced(placement);
  if (reason === undefined || learned.status !== "certified") return { learned: pinned };
  const { metricClass, nGroups } = learned.certificate;
  const subject = { bound: question.bound, metricClass, nGroups };
  return {
    learned: {
      ...pinned,
      status: "uncertified",
      certificate: certificateOf(subject, "uncertified", { reason }),
    },
  };
}

/** A set of positions as text, four to a hexadecimal digit: trainers that can do the same share their calibrations. */
function positionSetKey(positions: readonly number[], n: number): string {
  const digits = new Uint8Array(Math.ceil(n / 4));
  for (const position of positions) digits[position >> 2]! |= 1 << (position & 3);
  return Array.from(digits, (digit) => digit.toString(16)).join("");
}

/** What a question goes by within a part: all that its calibration depends on. */
function calibrationName({ header }: ModelPart, { bound, metricClass, allowed }: Question): string {
  const n = header.candidates.length;
  return questionName(bound, metricClass, allowed.length === n ? "any" : positionSetKey(allowed, n));
}

/** Calibrations depend on the question alone: each is worked out once per model in memory. */
function calibrationFor(part: ModelPart, question: Question): Calibration {
  const name = calibrationName(part, question);
  const known = part.answers.calibrations.get(name);
  if (known !== undefined) return known;
  const calibration = calibrateFor(part.start, question);
  part.answers.calibrations.set(name, calibration);
  return calibration;
}

/** The heaviest past runs, and what the recommended policy did on them. */
function evidenceFor(start: StartModel, near: Neighbours, setting: number): Recommendation["evidence"] {
  const { fit, grid } = start;
  return Array.from(near.runs.subarray(0, maxEvidence), (run, k) => ({
    run: fit.ids[run]!,
    name: fit.names[run]!,
    weight: near.weights[k]!,
    saving: dequantised(fit.saving[run * grid.nSettings + setting]!),
    emLoss: dequantised(fit.emLoss[run * grid.nSettings + setting]!),
  }));
}

/** The answer of a model that has seen no run of the population that is asked about. */
function withoutRuns(model: StopwiseModel, known: Understood, bound: Bound): Recommendation {
  const nothing = { mean: 0, low: 0, high: 0 };
  const { metricClass, regime } = known;
  const scope: Certificate["scope"] = "new-task";
  const population = populationOfTask(known.task);
  return {
    status: "abstained",
    policy: neverStop,
    sentence: describePolicy(neverStop),
    predicted: { saving: nothing, emLoss: nothing, costUnit: "tokens" },
    certificate: certificateOf({ bound, metricClass, nGroups: 0, scope }, "abstained", {
      reason: `the model has seen no ${population} run; it knows ${[...model.populations.keys()].join(", ")}`,
      missingGroups: missingGroups(bound, 0),
    }),
    evidence: [],
    distance: { value: 0, gate: 0 },
    pareto: [],
    config: null,
    advice: {},
    population: { ...regime, nRuns: 0, nGroups: 0, outside: [], missing: ["past runs"] },
    task: known.task,
    model: { version: model.version, trainedOn: model.trainedOn, hash: model.hash },
  };
}
