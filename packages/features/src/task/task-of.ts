import {
  metricClassOf,
  modelFacts,
  planOf,
  planReached,
  regimeOf,
  type RunRecord,
  type Task,
  upperMedian,
} from "@stopwise/core";

/** Where trainers' settings stand in `hyper`, by task field; the first that holds a number counts. */
const settingNames = {
  learningRate: ["lr", "learningRate", "learning_rate", "muon_lr"],
  batchSize: ["batchSize", "totalBatchSize", "total_train_batch_size", "batch_size", "train_batch_size"],
  sequenceLength: ["sequenceLength", "maxSeqLength", "max_seq_length", "seq_len", "sequence_length"],
  weightDecay: ["weightDecay", "weight_decay", "wd"],
  dropout: ["dropout"],
  warmupSteps: ["warmupSteps", "warmup_steps", "lr_scheduler_warmup_steps"],
} as const;

function numberIn(hyper: Record<string, unknown>, names: readonly string[]): number | null {
  for (const name of names) {
    const value = hyper[name];
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  }
  return null;
}

function textIn(hyper: Record<string, unknown>, names: readonly string[]): string | null {
  for (const name of names) {
    const value = hyper[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}

const positive = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) && value > 0 ? value : null;

/** The usual one of the positive values; null where there is none. */
function usual(values: readonly number[]): number | null {
  const middle = upperMedian(values.filter((value) => value > 0));
  return Number.isNaN(middle) ? null : middle;
}

/** The usual distance between two evaluations in a field of the checkpoints, null where it is not recorded. */
function interval(run: RunRecord, field: "step" | "epoch"): number | null {
  const values = run.points.map((point) => point[field]).filter((value) => typeof value === "number");
  return usual(values.slice(1).map((value, i) => value - values[i]!));
}

/** The planned end in optimiser steps; from epochs where the record relates the two. */
function plannedSteps(run: RunRecord): number | null {
  const plan = planOf(run);
  if (!Number.isNaN(plan.steps)) return plan.steps;
  const share = planReached(run);
  const last = run.points.at(-1)?.step;
  return last === undefined || Number.isNaN(share) || share === 0 ? null : last / share;
}

/** Lower-case family under one name: `gpt2` and `GPT-2` are `gpt`. */
export function canonicalFamily(name: string): string {
  return modelFacts(name).family ?? name.trim().toLowerCase();
}

/**
 * What was known about a run before it started. Settings are looked up in the record's `hyper`; parameters and
 * family are read from the model's name where the record lacks them. Nothing here depends on how the run went:
 * the number of evaluations follows from the plan and the cadence, never from the last recorded step.
 */
export function taskOf(run: RunRecord): Task {
  const { hyper } = run;
  const named = modelFacts(run.model ?? "");
  const maxSteps = plannedSteps(run);
  const every = interval(run, "step");
  const epochEvery = interval(run, "epoch");
  const plan = planOf(run);
  const family = run.family === null || run.family === undefined ? named.family : canonicalFamily(run.family);
  const warmupRatio = numberIn(hyper, ["warmupRatio", "warmup_ratio"]);
  return {
    name: run.task ?? null,
    datasetSize: positive(run.datasetSize),
    answerLength: positive(run.answerLength),
    family,
    model: run.model ?? null,
    params: positive(run.params) ?? named.params,
    maxSteps,
    maxTokens: positive(plan.tokens),
    epochs: positive(plan.epochs),
    batchSize: positive(numberIn(hyper, settingNames.batchSize)),
    sequenceLength: positive(numberIn(hyper, settingNames.sequenceLength)),
    evals:
      maxSteps !== null && every !== null
        ? maxSteps / every
        : positive(epochEvery === null ? null : plan.epochs / epochEvery),
    evalSize: positive(run.evalSize),
    learningRate: numberIn(hyper, settingNames.learningRate),
    schedule: textIn(hyper, ["scheduler", "schedule", "lr_scheduler_type"]),
    warmupSteps:
      numberIn(hyper, settingNames.warmupSteps) ??
      (warmupRatio !== null && maxSteps !== null ? warmupRatio * maxSteps : null),
    weightDecay: numberIn(hyper, settingNames.weightDecay),
    dropout: numberIn(hyper, settingNames.dropout),
    normalization: textIn(hyper, ["normalization", "norm"]),
    metric: run.metric,
    metricClass: run.kind === "loss" ? "loss" : (metricClassOf(run.metric) ?? null),
    regime: regimeOf({ regime: run.regime, model: run.model, family }).regime,
  };
}
