import type { Checkpoint, End, RunRecord, Task } from "@stopwise/core";
import type { JournalHead } from "./journal.ts";

type Facts = Record<string, unknown>;

/** Facts of the task that have a field of their own in a run record. */
const headFields = ["model", "family", "params", "datasetSize", "answerLength", "evalSize"] as const;

const plans = { maxSteps: "plannedSteps", maxTokens: "plannedTokens", epochs: "plannedEpochs" } as const;

/** Facts whose name in `hyper` is another. */
const hyperNames: Readonly<Record<string, string>> = { learningRate: "lr", schedule: "scheduler" };

const notHyper = new Set<string>([
  ...headFields,
  ...Object.keys(plans),
  "name",
  "metric",
  "metricClass",
  "evals",
]);

const isTold = ([, value]: [string, unknown]): boolean => value !== null && value !== undefined;

function hyperOf(task: Task): Facts {
  return Object.fromEntries(
    Object.entries(task)
      .filter(([name, value]) => !notHyper.has(name) && isTold([name, value]))
      .map(([name, value]) => [hyperNames[name] ?? name, value]),
  );
}

function factsOf(task: Task): Facts {
  const head = headFields.map((name): [string, unknown] => [name, task[name]]);
  const planned = Object.entries(plans).map(([name, field]): [string, unknown] => [
    field,
    task[name as keyof typeof plans],
  ]);
  return Object.fromEntries([...head, ...planned].filter(isTold));
}

/** How a run stands when it is recorded. */
export interface Standing {
  readonly points: readonly Checkpoint[];
  readonly end: End;
  readonly wouldStopAt: number | null;
}

/**
 * The record of a live run: what a log of it would have become, with its plan as it was told before the start. A run
 * whose beginning was told elsewhere counts as crashed, so that half a curve calibrates nothing.
 */
export function recordOf(
  { id, asked, task, treatment, startedAt, missingUpTo }: JournalHead,
  standing: Standing,
): RunRecord {
  const isLoss = treatment.population.metricClass === "loss";
  const { using, mode, status, sentence, policy } = treatment;
  return {
    id,
    source: "live",
    ...(asked.group ? { group: asked.group } : {}),
    ...(task.name ? { task: task.name } : {}),
    ...factsOf(task),
    metric: task.metric ?? (isLoss ? "eval_loss" : "exact_match"),
    kind: isLoss ? "loss" : "quality",
    hyper: hyperOf(task),
    end: missingUpTo === null ? standing.end : "crashed",
    ...(standing.wouldStopAt === null ? {} : { wouldStopAt: standing.wouldStopAt }),
    live: {
      startedAt,
      task,
      using,
      mode,
      status,
      sentence,
      policy,
      ...(missingUpTo === null ? {} : { missingUpTo }),
    },
    points: [...standing.points],
  };
}
