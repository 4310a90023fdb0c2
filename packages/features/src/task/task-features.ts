import { metricClassOf, modelFacts, type Task } from "@stopwise/core";
import { canonicalFamily } from "./task-of.ts";

/** One feature of a task. */
export interface TaskFeature {
  readonly name: string;
  /** `category` values are indices into `levels`; `number` values are compared by distance. */
  readonly kind: "number" | "category";
  readonly unit: string;
  /** Usual range of a known value. */
  readonly range: readonly [low: number, high: number];
  readonly levels?: readonly string[];
  readonly of: (task: Task) => number;
}

/** Levels are known names, then one for every other name: an unseen family differs from all that were seen. */
const familyLevels = [
  ..."t5 bart gpt llama qwen mistral mixtral gemma phi deepseek olmo smollm falcon mamba rwkv pythia bloom opt".split(
    " ",
  ),
  ..."bert roberta distilbert deberta albert electra xlm-r camembert modernbert longformer bigbird mpnet layoutlm".split(
    " ",
  ),
  ..."marian m2m nllb pegasus led nmt-transformer toy-transformer wav2vec2 hubert wavlm whisper".split(" "),
  ..."vit swin convnext resnet lstm gru rnn other".split(" "),
];
const architectures: Readonly<Record<string, string>> = {
  ...byName(
    "encoder",
    "bert roberta distilbert deberta albert electra xlm-r camembert modernbert longformer bigbird mpnet layoutlm",
  ),
  ...byName("encoder-decoder", "t5 bart marian m2m nllb pegasus led nmt-transformer"),
  ...byName(
    "decoder",
    "gpt llama qwen mistral mixtral gemma phi deepseek olmo smollm falcon pythia bloom opt toy-transformer",
  ),
  ...byName("state-space", "mamba rwkv"),
  ...byName("recurrent", "lstm gru rnn"),
  ...byName("speech", "wav2vec2 hubert wavlm whisper"),
  ...byName("vision", "vit swin convnext resnet"),
};
const architectureLevels = [...new Set(Object.values(architectures)), "other"];
const scheduleLevels = ["constant", "linear", "cosine", "other"];
const normalizationLevels = ["none", "layer", "batch", "rms", "other"];
const metricClassLevels = ["match", "overlap", "error-rate", "correlation", "loss"];

function byName(value: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, value]));
}

function level(levels: readonly string[], name: string | null | undefined): number {
  if (name === null || name === undefined) return Number.NaN;
  const index = levels.indexOf(name);
  return index < 0 ? levels.length - 1 : index;
}

const known = (value: number | null | undefined): number => value ?? Number.NaN;
const log10 = (value: number | null | undefined): number => Math.log10(known(value));

function familyOf(task: Task): string | null {
  if (task.family !== null && task.family !== undefined) return canonicalFamily(task.family);
  return modelFacts(task.model ?? "").family;
}

const paramsOf = (task: Task): number => known(task.params ?? modelFacts(task.model ?? "").params);

/** Planned optimiser steps: given, or epochs x examples / batch. */
function stepsOf(task: Task): number {
  if (task.maxSteps !== null && task.maxSteps !== undefined) return task.maxSteps;
  return (known(task.epochs) * known(task.datasetSize)) / known(task.batchSize);
}

/** Planned passes over the training examples: given, or steps x batch / examples. */
function epochsOf(task: Task): number {
  if (task.epochs !== null && task.epochs !== undefined) return task.epochs;
  return (known(task.maxSteps) * known(task.batchSize)) / known(task.datasetSize);
}

function tokensOf(task: Task): number {
  return known(task.maxTokens ?? stepsOf(task) * known(task.batchSize) * known(task.sequenceLength));
}

function scheduleOf(task: Task): string | null {
  const name = task.schedule?.toLowerCase();
  if (name === undefined) return null;
  return ["constant", "linear", "cosine"].find((start) => name.startsWith(start)) ?? "other";
}

function numeric(
  name: string,
  unit: string,
  range: readonly [number, number],
  of: TaskFeature["of"],
): TaskFeature {
  return { name, kind: "number", unit, range, of };
}

function category(
  name: string,
  levels: readonly string[],
  nameOf: (task: Task) => string | null | undefined,
): TaskFeature {
  return {
    name,
    kind: "category",
    unit: "level",
    range: [0, levels.length - 1],
    levels,
    of: (task) => level(levels, nameOf(task)),
  };
}

/** Every task feature, in the order of `taskFeatures`. */
export const taskFeatureList: readonly TaskFeature[] = [
  numeric("datasetSize", "log10 examples", [1, 8], (task) => log10(task.datasetSize)),
  numeric("answerLength", "log10 tokens", [0, 4], (task) => log10(task.answerLength)),
  numeric("params", "log10 parameters", [4, 12], (task) => Math.log10(paramsOf(task))),
  numeric("maxSteps", "log10 optimiser steps", [1, 7], (task) => Math.log10(stepsOf(task))),
  numeric("maxTokens", "log10 tokens", [4, 13], (task) => Math.log10(tokensOf(task))),
  numeric("epochs", "log10 passes", [-2, 4], (task) => Math.log10(epochsOf(task))),
  numeric("evals", "log10 evaluations", [0, 4], (task) => log10(task.evals)),
  numeric("evalSize", "log10 questions", [1, 6], (task) => log10(task.evalSize)),
  numeric("batchSize", "log10 examples", [0, 4], (task) => log10(task.batchSize)),
  numeric("sequenceLength", "log10 tokens", [0, 6], (task) => log10(task.sequenceLength)),
  numeric("learningRate", "log10", [-7, 0], (task) => Math.log10(known(task.learningRate) || Number.NaN)),
  numeric("warmupShare", "share of the plan", [0, 1], (task) => known(task.warmupSteps) / stepsOf(task)),
  numeric("weightDecay", "log10(1e-4 + value)", [-4, 1], (task) =>
    Math.log10(1e-4 + known(task.weightDecay)),
  ),
  numeric("dropout", "probability", [0, 1], (task) => known(task.dropout)),
  category("family", familyLevels, familyOf),
  category("architecture", architectureLevels, (task) => {
    const family = familyOf(task);
    return family === null ? null : (architectures[family] ?? "other");
  }),
  category("schedule", scheduleLevels, scheduleOf),
  category("normalization", normalizationLevels, (task) => task.normalization?.toLowerCase()),
  category(
    "metricClass",
    metricClassLevels,
    (task) => task.metricClass ?? (typeof task.metric === "string" ? metricClassOf(task.metric) : null),
  ),
];

/**
 * The features of a task, `[nFeatures]` in the order of `taskFeatureList`; NaN where a value is unknown.
 *
 * @example taskFeatures({ datasetSize: 20_000 })[0] // 4.30103
 */
export function taskFeatures(task: Task): Float64Array {
  const features = new Float64Array(taskFeatureList.length);
  for (let j = 0; j < features.length; j++) {
    const value = taskFeatureList[j]!.of(task);
    features[j] = Number.isFinite(value) ? value : Number.NaN;
  }
  return features;
}
