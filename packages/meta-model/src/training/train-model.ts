import { InsufficientDataError, groupOf, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { taskFeatureList, taskFeatures, taskOf } from "@stopwise/features";
import { defaultPortfolio } from "@stopwise/policies";
import type { Replayer } from "../portfolio/experience.ts";
import { consideringSections } from "../advice/task-changes/considering-part.ts";
import { seedFor } from "@stopwise/core/random";
import { tunedTask } from "../portfolio/configuration.ts";
import { openContainer, packContainer, type Section } from "../file/container.ts";
import type { Neighbours } from "@stopwise/learners";
import type { Expressible } from "../recommendation/options.ts";
import { StartModel } from "../model/start-model.ts";
import { deserializeModel, type ModelHeader, type StopwiseModel } from "../model/stopwise-model.ts";
import { frozenAnswers } from "../file/frozen-answers.ts";
import { answerUsualQuestions } from "./usual-questions.ts";
import { splitRuns, type SplitRuns } from "../portfolio/split-runs.ts";
import { learnedTask, trainLearned, type LearnedTask } from "./train-learned.ts";
import { trainStart, type TrainedStart } from "./train-start.ts";

/** Most runs of a kind that a model keeps: with more, it hardly decides better, and grows in bytes and time. */
const mostKept = 800;
/** Most runs of a task of its own that a model keeps. */
const maxOwnRuns = 250;

/** Options of training. */
export interface TrainOptions {
  readonly seed?: number;
  readonly version?: string;
  /** One sentence that says what the runs are; default counts them. */
  readonly trainedOn?: string;
  /** Policies to choose from. */
  readonly policies?: readonly SimplePolicy[];
  /** What trainers that are often asked for can carry out: the answers about them are kept ready in the model. */
  readonly usualLimits?: readonly Expressible[];
  readonly onProgress?: (message: string) => void;
  /** Most runs of a kind that the model keeps; default 800. */
  readonly maxRuns?: number;
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer;
  /**
   * Leaves the in-run criterion, advice beside the policy and the answers to usual questions out: a model that
   * recommends the same policies, for comparing it with another.
   */
  readonly startOnly?: boolean;
}

type Kind = "quality" | "loss";

/** A training that is under way: which runs stand for all, and how their groups are split. */
export interface Training {
  readonly runs: readonly RunRecord[];
  readonly options: TrainOptions;
  readonly seed: number;
  readonly split: Readonly<Partial<Record<Kind, SplitRuns>>>;
  /** What the in-run criterion is learned from; it can be learned in another thread meanwhile. */
  readonly learned: LearnedTask;
}

/** The start-of-run parts of a training, with what else is in the file beside the in-run criterion. */
export interface StartParts {
  readonly header: ModelHeader;
  readonly sections: Readonly<Record<string, Section>>;
  /** Answers of theirs to usual questions, by question; empty where the training leaves them out. */
  readonly answers: ReadonlyMap<string, unknown>;
}

/**
 * Learns a model from past runs. Runs with a quality and runs with a loss only are learned from apart.
 *
 * @param runs run records; those that did not reach their plan train but never calibrate
 * @throws InsufficientDataError when no run has two evaluations
 */
export function trainModel(runs: readonly RunRecord[], options: TrainOptions = {}): StopwiseModel {
  const training = prepareTraining(runs, options);
  const parts = trainStartParts(training);
  if (options.startOnly === true) return finishTraining(training, parts, {});
  options.onProgress?.("in-run criterion");
  return finishTraining(training, parts, trainLearned(training.learned));
}

/**
 * The first step of `trainModel`, for who does the others in several threads: chooses and splits the runs.
 *
 * @throws InsufficientDataError when no run has two evaluations
 */
export function prepareTraining(runs: readonly RunRecord[], options: TrainOptions = {}): Training {
  const { seed = 1, maxRuns = mostKept } = options;
  const split: Partial<Record<Kind, SplitRuns>> = {};
  for (const kind of ["quality", "loss"] as const) {
    const own = runs.filter((run) => run.kind === kind);
    const part = splitRuns(own, { limit: maxRuns, seed: seedFor(seed, kind) });
    if (part !== undefined) split[kind] = part;
  }
  if (Object.keys(split).length === 0) {
    throw new InsufficientDataError(
      { has: 0, needs: 1, what: "runs with two evaluations" },
      "Ingest run logs first.",
    );
  }
  return { runs, options, seed, split, learned: learnedTask(split, seedFor(seed, "learned")) };
}

/** The second step: fits everything but the in-run criterion. */
export function trainStartParts({ runs, options, seed, split }: Training): StartParts {
  const { policies = defaultPortfolio(), onProgress, replay } = options;
  const withCadence = options.startOnly !== true;
  const trained = (part: SplitRuns, name: string): TrainedStart => {
    onProgress?.(`start of the run, ${name}`);
    return trainStart(part, { policies, seed: seedFor(seed, name), prefix: name, withCadence, replay });
  };
  const start = Object.entries(split).map(([kind, part]) => [kind, trained(part, kind)] as const);
  const tuned = tunedTask(runs.filter((run) => run.kind === "quality"));
  const ownRuns = tuned && splitRuns(tuned.runs, { limit: maxOwnRuns, seed: seedFor(seed, "own") });
  const own = ownRuns && trained(ownRuns, "own");
  const header: ModelHeader = {
    version: options.version ?? "1",
    trainedOn: options.trainedOn ?? trainedOnSentence(runs),
    seed,
    featureNames: taskFeatureList.map((feature) => feature.name),
    start: Object.fromEntries(start.map(([kind, part]) => [kind, part.header])),
    ...(own !== undefined && tuned !== undefined ? { own: { names: tuned.names, start: own.header } } : {}),
  };
  const sections = {
    ...Object.fromEntries(start.flatMap(([, part]) => Object.entries(part.sections))),
    ...own?.sections,
    ...(withCadence && split.quality !== undefined ? consideredOf(runs, split.quality, start) : {}),
  };
  if (options.startOnly === true) return { header, sections, answers: new Map() };
  onProgress?.("usual questions");
  const draft = deserializeModel(packContainer(header, sections));
  answerUsualQuestions(draft, "start", options.usualLimits);
  return { header, sections, answers: draft.calibrations };
}

/** What changes of the task are known to do, from the runs with a quality that the model keeps. */
function consideredOf(
  runs: readonly RunRecord[],
  { usable, fit, calibration }: SplitRuns,
  start: readonly (readonly [string, TrainedStart])[],
): Record<string, Section> {
  const { header, sections } = start.find(([kind]) => kind === "quality")![1];
  const model = new StartModel(openContainer(packContainer({}, sections)), header, "quality");
  const known = new Map<RunRecord, Neighbours>();
  const near = (run: RunRecord): Neighbours => {
    // A prediction gives views that the next one overwrites.
    const found = known.get(run) ?? structuredClone(model.predict(taskFeatures(taskOf(run))).neighbours);
    known.set(run, found);
    return found;
  };
  return consideringSections(
    runs,
    [...fit, ...calibration].map((row) => usable[row]!.run),
    near,
  );
}

/**
 * The last step: the model of its parts, with the answers to usual questions.
 *
 * @param training from `prepareTraining`
 * @param parts from `trainStartParts`
 * @param learned from `trainLearned`, in whatever thread
 */
export function finishTraining(
  training: Training,
  parts: StartParts,
  learned: Readonly<Record<string, Section>>,
): StopwiseModel {
  const { options } = training;
  const { header } = parts;
  const all = { ...parts.sections, ...learned };
  const draft = deserializeModel(packContainer(header, all));
  if (options.startOnly === true) return draft;
  for (const [question, answer] of parts.answers) draft.calibrations.set(question, answer);
  answerUsualQuestions(draft, "learned");
  return deserializeModel(packContainer({ ...header, answers: frozenAnswers(draft.calibrations) }, all));
}

function trainedOnSentence(runs: readonly RunRecord[]): string {
  return `${runs.length} runs in ${new Set(runs.map(groupOf)).size} groups`;
}
