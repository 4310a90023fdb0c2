import { InsufficientDataError, groupOf, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";
import { defaultPortfolio } from "@stopwise/policies";
import type { Replayer } from "../portfolio/experience.ts";
import { consideringSections } from "../considering/considering-part.ts";
import { seedFor } from "@stopwise/core/random";
import { tunedTask } from "./configuration.ts";
import { packContainer, type Section } from "./container.ts";
import { deserializeModel, type ModelHeader, type StopwiseModel } from "./stopwise-model.ts";
import { frozenAnswers } from "./frozen-answers.ts";
import { answerUsualQuestions } from "./usual-questions.ts";
import { trainLearned } from "./train-learned.ts";
import { trainStart, type TrainedStart } from "./train-start.ts";

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
  readonly onProgress?: (message: string) => void;
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer;
  /**
   * Leaves the in-run criterion, advice beside the policy and the answers to usual questions out: a model that recommends the same policies, for
   * comparing it with another.
   */
  readonly startOnly?: boolean;
}

/**
 * Learns a model from past runs. Runs with a quality and runs with a loss only are learned from apart.
 *
 * @param runs run records; those that did not reach their plan train but never calibrate
 * @throws InsufficientDataError when no run has two evaluations
 */
export function trainModel(runs: readonly RunRecord[], options: TrainOptions = {}): StopwiseModel {
  const { seed = 1, policies = defaultPortfolio(), onProgress = () => undefined, replay } = options;
  const withCadence = options.startOnly !== true;
  const start: Partial<Record<"quality" | "loss", TrainedStart>> = {};
  for (const kind of ["quality", "loss"] as const) {
    onProgress(`start of the run, ${kind}`);
    const part = trainStart(
      runs.filter((run) => run.kind === kind),
      { policies, seed: seedFor(seed, kind), prefix: kind, withCadence, replay },
    );
    if (part !== undefined) start[kind] = part;
  }
  const parts = Object.values(start);
  if (parts.length === 0) {
    throw new InsufficientDataError(
      { has: 0, needs: 1, what: "runs with two evaluations" },
      "Ingest run logs first.",
    );
  }
  const tuned = tunedTask(runs.filter((run) => run.kind === "quality"));
  const own =
    tuned === undefined
      ? undefined
      : trainStart(tuned.runs, {
          policies,
          seed: seedFor(seed, "own"),
          prefix: "own",
          limit: maxOwnRuns,
          withCadence,
          replay,
        });
  const header: ModelHeader = {
    version: options.version ?? "1",
    trainedOn: options.trainedOn ?? trainedOnSentence(runs),
    seed,
    featureNames: taskFeatureList.map((feature) => feature.name),
    start: Object.fromEntries(Object.entries(start).map(([kind, part]) => [kind, part.header])),
    ...(own !== undefined && tuned !== undefined ? { own: { names: tuned.names, start: own.header } } : {}),
  };
  const startSections = {
    ...Object.fromEntries(parts.flatMap((part) => Object.entries(part.sections))),
    ...own?.sections,
  };
  if (options.startOnly === true) return deserializeModel(packContainer(header, startSections));
  onProgress("in-run criterion");
  const learnedRuns = Object.fromEntries(Object.entries(start).map(([kind, part]) => [kind, part.runs]));
  const sections: Record<string, Section> = {
    ...startSections,
    ...consideringSections(runs, start.quality?.runs.fit ?? []),
    ...trainLearned(learnedRuns, seedFor(seed, "learned")),
  };
  onProgress("usual questions");
  const draft = deserializeModel(packContainer(header, sections));
  answerUsualQuestions(draft);
  return deserializeModel(packContainer({ ...header, answers: frozenAnswers(draft.calibrations) }, sections));
}

function trainedOnSentence(runs: readonly RunRecord[]): string {
  return `${runs.length} runs in ${new Set(runs.map(groupOf)).size} groups`;
}
