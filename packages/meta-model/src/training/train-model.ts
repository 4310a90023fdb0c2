import {
  InsufficientDataError,
  curveOf,
  groupOf,
  populationOf,
  regimeOf,
  type Curve,
  type PopulationName,
  type RunRecord,
  type SimplePolicy,
} from "@stopwise/core";
import { seedFor } from "@stopwise/core/random";
import { taskFeatureList, taskFeatures, taskOf } from "@stopwise/features";
import type { Neighbours } from "@stopwise/learners";
import { consideringSections } from "../advice/task-changes/considering-part.ts";
import { joinPast, pastAmong, pastOf, pastOfRuns, populationOfRun, type Past } from "../experience/past.ts";
import { experienceGrid, portfolioName } from "../experience/portfolio.ts";
import { openContainer, packContainer, type Section } from "../file/container.ts";
import {
  deserializeModel,
  modelContract,
  type ModelHeader,
  type StopwiseModel,
} from "../model/stopwise-model.ts";
import { StartModel } from "../model/start-model.ts";
import { tunedTask } from "../portfolio/configuration.ts";
import type { Expressible } from "../recommendation/options.ts";
import type { Replayer } from "../portfolio/experience.ts";
import { representatives } from "../portfolio/representatives.ts";
import { rowsByPopulation, splitPast, type SplitPast } from "./split-past.ts";
import { learnedTask, trainLearned, type LearnedTask } from "./train-learned.ts";
import { trainStart, type TrainedStart } from "./train-start.ts";
import { answerUsualQuestions } from "./usual-questions.ts";

/** Most runs of a population that a model keeps of each side, fit and calibration. */
const mostKept = 300;
/** Most own runs of a population that are learned from: with more it hardly decides better, and takes longer. */
const mostOwn = 2000;
/** Own curves below which the base knows more of what changes of a task do. */
const fewCurves = 100;
/** Most runs of a task of its own that a model keeps of each side. */
const mostTuned = 125;

/** Options of training. */
export interface TrainOptions {
  readonly seed?: number;
  readonly version?: string;
  /** One sentence that says what the runs are; default counts them. */
  readonly trainedOn?: string;
  /** Policies to choose from; packs need the default ones. */
  readonly policies?: readonly SimplePolicy[];
  /** What trainers that are often asked for can carry out: the answers about them are kept ready in the model. */
  readonly usualLimits?: readonly Expressible[];
  readonly onProgress?: (message: string) => void;
  /** Most runs of a population that the model keeps of each side; default 300. */
  readonly maxRuns?: number;
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer;
  /** Experience that is learned from beside the runs. */
  readonly experience?: readonly Past[];
  /**
   * A model whose parts are taken over for populations that the runs have no part in, so that nobody learns again what is
   * known; it counts only where it was made under the same portfolio.
   */
  readonly base?: StopwiseModel;
  /** Whether a task that was tuned often gets a part of its own; default true. */
  readonly ownPart?: boolean;
  /**
   * Leaves the in-run criterion, advice beside the policy and the answers to usual questions out: a model that
   * recommends the same policies, for comparing it with another.
   */
  readonly startOnly?: boolean;
}

/** One population's runs in a training, split by group. */
interface Population {
  readonly name: PopulationName | "own";
  readonly past: Past;
  readonly split: SplitPast;
}

/** A training that is under way: what its runs teach, by population, and how their groups are split. */
export interface Training {
  readonly runs: readonly RunRecord[];
  readonly options: TrainOptions;
  readonly seed: number;
  readonly populations: readonly Population[];
  /** The model whose other populations are taken over. */
  readonly base: StopwiseModel | undefined;
  /** A task with a part of its own. */
  readonly own: (Population & { readonly names: readonly string[] }) | undefined;
  readonly portfolio: string;
  /** Curves of the runs, by id. */
  readonly curves: ReadonlyMap<string, Curve>;
  /** What the in-run criteria are learned from; they can be learned in another thread meanwhile. */
  readonly learned: LearnedTask;
}

/** The start-of-run parts of a training, with what else is in the file beside the in-run criteria. */
export interface StartParts {
  readonly header: ModelHeader;
  readonly sections: Readonly<Record<string, Section>>;
}

/**
 * Learns a model from past runs, each population apart.
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

/** Own runs that are learned from: of each population at most some thousands that stand for all. */
function learnedFrom(runs: readonly RunRecord[], seed: number): RunRecord[] {
  const nameOf = (run: RunRecord): PopulationName => populationOf(regimeOf(run).regime, run.kind);
  const names = [...new Set(runs.map(nameOf))];
  return names.flatMap((name) =>
    representatives(
      runs.filter((run) => nameOf(run) === name),
      { limit: mostOwn, seed: seedFor(seed, name), groupOf },
    ),
  );
}

/**
 * The first step of `trainModel`, for who does the others in several threads: replays the runs, and splits each
 * population's groups.
 *
 * @throws InsufficientDataError when no run has two evaluations
 */
export function prepareTraining(runs: readonly RunRecord[], options: TrainOptions = {}): Training {
  const { seed = 1, maxRuns = mostKept, replay, experience = [] } = options;
  const grid = experienceGrid(options.policies);
  const own = learnedFrom(runs, seed);
  const ids = new Set(own.map(({ id }) => id));
  const learned = pastOf(own, grid, replay);
  const portfolio = portfolioName(grid);
  const base = options.base?.header.portfolio === portfolio ? options.base : undefined;
  const names = new Set(learned.runs.map(populationOfRun));
  const beside = experience.map((pack) =>
    pastAmong(pack, (run) => !ids.has(run.id) && (base === undefined || names.has(populationOfRun(run)))),
  );
  const past = joinPast([learned, ...beside]);
  if (past.runs.length === 0 && base === undefined) {
    throw new InsufficientDataError(
      { has: 0, needs: 1, what: "runs with two evaluations" },
      "Ingest run logs first.",
    );
  }
  const populations = rowsByPopulation(past).map(([name, rows]): Population => {
    const part = pastOfRuns(past, rows);
    return { name, past: part, split: splitOf(part, { limit: maxRuns, seed: seedFor(seed, name) }) };
  });
  return {
    runs,
    options,
    seed,
    populations,
    own: options.ownPart === false ? undefined : ownPopulation(runs, { grid, seed, replay }),
    base,
    portfolio,
    curves: new Map(own.map((run) => [run.id, curveOf(run)])),
    learned: populations
      .filter(({ split }) => split.fit.length > 0)
      .map(({ name, past: part, split }) =>
        learnedTask(part, split, { population: name, seed: seedFor(seed, `learned ${name}`) }),
      ),
  };
}

function splitOf(past: Past, options: { limit: number; seed: number }): SplitPast {
  return splitPast(
    past,
    past.runs.map((_, row) => row),
    options,
  );
}

/** The task with the most configurations among own runs, where they are enough for a part of its own. */
function ownPopulation(
  runs: readonly RunRecord[],
  { grid, seed, replay }: { grid: Past["grid"]; seed: number; replay: Replayer | undefined },
): Training["own"] {
  const tuned = tunedTask(runs.filter((run) => run.kind === "quality"));
  if (tuned === undefined) return undefined;
  const past = pastOf(tuned.runs, grid, replay);
  const split = splitOf(past, { limit: mostTuned, seed: seedFor(seed, "own") });
  return { name: "own", names: tuned.names, past, split };
}

/** The second step: fits everything but the in-run criteria. */
export function trainStartParts(training: Training): StartParts {
  const { options, seed, populations, own, curves } = training;
  const isWhole = options.startOnly !== true;
  const trained = ({ name, past, split }: Population): TrainedStart => {
    options.onProgress?.(`start of the run, ${name}`);
    return trainStart(past, split, {
      seed: seedFor(seed, name),
      prefix: name,
      ...(isWhole ? { curves } : {}),
    });
  };
  const parts = populations.map((population) => ({ population, start: trained(population) }));
  const ownPart = own && trained(own);
  const taken = takenOver(training);
  const header: ModelHeader = {
    contract: modelContract,
    version: options.version ?? "1",
    trainedOn: options.trainedOn ?? trainedOnSentence(training),
    seed,
    featureNames: taskFeatureList.map((feature) => feature.name),
    portfolio: training.portfolio,
    populations: {
      ...taken.headers,
      ...Object.fromEntries(parts.map(({ population, start }) => [population.name, start.header])),
    },
    ...(own !== undefined && ownPart !== undefined
      ? { own: { names: own.names, start: ownPart.header } }
      : {}),
  };
  const sections = {
    ...taken.sections,
    ...Object.assign({}, ...parts.map(({ start }) => start.sections)),
    ...ownPart?.sections,
    ...(isWhole ? consideredOf(training, parts) : {}),
  } as Record<string, Section>;
  return { header, sections };
}

/** Headers and sections of the base's populations that the runs have no part in, with its advice on changes of a task. */
function takenOver({ base, populations }: Training): {
  headers: ModelHeader["populations"];
  sections: Record<string, Section>;
} {
  if (base === undefined) return { headers: {}, sections: {} };
  const learned = new Set<string>(populations.map(({ name }) => name));
  const kept = Object.entries(base.header.populations).filter(([name]) => !learned.has(name));
  const sections = kept.map(([name]) => base.container.beginning(`${name}.`));
  return {
    headers: Object.fromEntries(kept),
    sections: Object.assign({}, ...sections, base.container.beginning("considering")) as Record<
      string,
      Section
    >,
  };
}

/** What changes of the task are known to do, from the population with the most curves of a quality at hand. */
function consideredOf(
  { runs, curves, base }: Training,
  parts: readonly { population: Population; start: TrainedStart }[],
): Record<string, Section> {
  const nCurves = ({ past }: Population): number => past.runs.filter(({ id }) => curves.has(id)).length;
  const chosen = parts
    .filter(({ population, start }) => start.header.kind === "quality" && nCurves(population) > 0)
    .sort((a, b) => nCurves(b.population) - nCurves(a.population))[0];
  if (chosen === undefined || (base !== undefined && nCurves(chosen.population) < fewCurves)) return {};
  const { name, past, split } = chosen.population;
  const model = new StartModel(
    openContainer(packContainer({}, chosen.start.sections)),
    chosen.start.header,
    name,
  );
  const known = new Map<RunRecord, Neighbours>();
  const near = (run: RunRecord): Neighbours => {
    // A prediction gives views that the next one overwrites.
    const found = known.get(run) ?? structuredClone(model.predict(taskFeatures(taskOf(run))).neighbours);
    known.set(run, found);
    return found;
  };
  const byId = new Map(runs.map((run) => [run.id, run]));
  const own = runs.filter((run) => populationOf(regimeOf(run).regime, run.kind) === name);
  const kept = [...split.fit, ...split.calibration].map((row): RunRecord => {
    const { id, group, metricClass } = past.runs[row]!;
    return (
      byId.get(id) ?? {
        id,
        group,
        metric: metricClass,
        kind: "quality",
        hyper: {},
        end: "crashed",
        points: [],
      }
    );
  });
  return consideringSections(name, { runs: own, kept }, near);
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
  const { header, sections } = parts;
  const all = { ...sections, ...learned };
  const draft = deserializeModel(packContainer(header, all));
  if (options.startOnly === true) return draft;
  const learnedHere = new Set<string>(training.populations.map(({ name }) => name));
  const asked = [
    ...[...draft.populations.values()].filter(({ prefix }) => learnedHere.has(prefix)),
    ...(draft.own === undefined ? [] : [draft.own.part]),
  ];
  const answers = asked.map((part): [string, Section] => {
    options.onProgress?.(`usual questions, ${part.prefix}`);
    answerUsualQuestions(draft, part, options.usualLimits);
    return [`${part.prefix}.answers`, new TextEncoder().encode(part.answers.frozen())];
  });
  return deserializeModel(packContainer(header, { ...all, ...Object.fromEntries(answers) }));
}

function trainedOnSentence({ populations, base }: Training): string {
  const beside = base === undefined ? "" : `, beside what the shipped model knows of other populations`;
  const nRuns = populations.reduce((sum, { past }) => sum + past.runs.length, 0);
  const told = populations.flatMap(({ past }) => past.runs.filter(({ isTold }) => isTold));
  const groups = new Set(told.map(({ group }) => group));
  return `${nRuns} runs in ${groups.size} groups${beside}`;
}
