import { modelFacts } from "@stopwise/core";
import { loggedNumber } from "../files/python-json.ts";
import { normaliseName } from "./metric-choice.ts";
import { dataSetName, modelName } from "./model-name-facts.ts";
import type { KnownFacts } from "./raw-run.ts";

/** Settings by their names in run records, with the spellings that trainers use. */
const settingNames: readonly (readonly [string, RegExp])[] = [
  ["lr", /^(learning_?rate|lr|init_lr|base_lr|max_lr|peak_lr)$/],
  ["batchSize", /^((total_|global_|effective_)?(train_)?batch_?size|per_device_train_batch_size)$/],
  ["seed", /^(seed|random_seed)$/],
  ["epochs", /^(num_|max_|n_|total_|num_train_)?epochs$/],
  [
    "maxSteps",
    /^((num|max|n|total|num_training|max_train|train)_?(steps|iters|iterations)|training_steps|max_updates?)$/,
  ],
  ["scheduler", /^(lr_scheduler(_type)?|scheduler|schedule|lr_schedule|scheduling)$/],
  ["warmupSteps", /^((lr_)?warmup_(steps|iters))$/],
  ["warmupRatio", /^(lr_)?warmup_ratio$/],
  ["weightDecay", /^(weight_decay|wd)$/],
  ["dropout", /^(dropout|dropout_rate|dropout_prob|hidden_dropout_prob|resid_pdrop)$/],
  ["labelSmoothing", /^label_smoothing(_factor)?$/],
  ["patience", /^(early_stopping_)?patience$/],
  [
    "sequenceLength",
    /^((max_|model_max_)?(seq|sequence)_?(len|length)|block_size|cutoff_len|context_length|model_max_length|max_length)$/,
  ],
];

/** Names of batches, the whole one of a step first. */
const wholeBatch = /^((total|global|effective)_(train_)?batch_?size|total_train_batch_size)$/;
const trainBatch = /^train_batch_?size$/;
const deviceBatch = /^(per_device_(train_)?batch_size|(train_)?micro_batch_size(_per_gpu)?)$/;
const plainBatch = /^batch_?size$/;
const accumulation =
  /^(gradient_accumulation(_steps)?|grad_accum(ulation)?(_steps)?|accumulate_grad_batches|accumulation_steps)$/;
const workers = /^((global_)?world_size|num_processes|num_devices|n_gpus?|num_gpus)$/;

const modelNames: readonly RegExp[] = [
  /^base_model_name_or_path$/,
  /^(model_name_or_path|pretrained_model(_name)?(_or_path)?)$/,
  /^base_model$/,
  /^name_or_path$/,
  /^(model_id|hf_model|model_path|model_name)$/,
  /^model$/,
  /^arch$/,
];
const parameterCount = /^((model_)?(num|n|total|nr)_?(params|parameters)|params|parameters)$/;
const taskNames: readonly RegExp[] = [
  /^task(_name)?$/,
  /^(train_)?data_?set(s)?(_name|_id|_path)?$|^data_set$/,
  /^train_(data_)?(file|path)$|^data_path$/,
];
const exampleCount =
  /^(data_?set_size|num_(train_)?(examples|samples)|num_training_(examples|samples)|n_train(_samples|_examples)?|train_(size|samples|examples|data_?set_size))$/;
const questionCount =
  /^(eval_(size|samples|examples|data_?set_size)|n_eval|num_eval_(examples|samples)|n_test|test_size|val_(size|samples))$/;
const plannedTokenCount = /^(total_training_tokens|max_train_tokens|train_tokens|token_budget)$/;
/** Batches of a fixed number of tokens: examples are packed into them. */
const packing = /^(sample_)?packing$/;

type Entry = readonly [name: string, value: unknown, depth: number];

const positive = (value: unknown): number | undefined => {
  const number = loggedNumber(value);
  return number !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
};

/** The last part of a dotted or slashed name, for `cfg.training.learning_rate` or `optim/lr`; of `datasets.0.path` the first. */
function lastPart(name: string): string {
  const parts = name.split(/[./]/);
  const list = parts.findIndex((part) => /^\d+$/.test(part));
  const telling = list > 0 && /^(\d+|path|name)$/.test(parts.at(-1)!) ? parts[list - 1] : parts.at(-1);
  return normaliseName(telling ?? name);
}

/** Entries by the last part of their names, those that are nested least first. */
function entriesOf(config: Readonly<Record<string, unknown>>): Entry[] {
  return Object.entries(config)
    .map(([name, value]): Entry => [lastPart(name), value, name.split(/[./]/).length])
    .sort((left, right) => left[2] - right[2]);
}

const numberOf = (entries: readonly Entry[], pattern: RegExp): number | undefined => {
  for (const [name, value] of entries) {
    const number = pattern.test(name) ? positive(value) : undefined;
    if (number !== undefined) return number;
  }
  return undefined;
};

/** The first text under any of the names, the preferred names first. */
function textOf(
  entries: readonly Entry[],
  names: readonly RegExp[],
  read: (value: unknown) => string | undefined,
): string | undefined {
  for (const pattern of names) {
    for (const [name, value] of entries) {
      const text = pattern.test(name) ? read(value) : undefined;
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** The names of all data sets in a list, joined; one name stands alone. */
function taskOf(entries: readonly Entry[]): string | undefined {
  for (const pattern of taskNames) {
    const names = entries
      .filter(([name, value]) => pattern.test(name) && typeof value === "string")
      .map(([, value]) => dataSetName(value))
      .filter((name) => name !== undefined);
    if (names.length > 0) return [...new Set(names.flatMap((name) => name.split("+")))].slice(0, 4).join("+");
  }
  return undefined;
}

/** Examples of one optimiser step: the whole batch, else the batch of a device times accumulation and devices. */
function batchOf(entries: readonly Entry[]): number | undefined {
  const whole = numberOf(entries, wholeBatch);
  if (whole !== undefined) return whole;
  const steps = numberOf(entries, accumulation) ?? 1;
  // The Trainer's `train_batch_size` counts the devices of its process already.
  const train = numberOf(entries, trainBatch);
  if (train !== undefined) return train * steps;
  const part = numberOf(entries, deviceBatch) ?? numberOf(entries, plainBatch);
  return part === undefined ? undefined : part * steps * (numberOf(entries, workers) ?? 1);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** `SchedulerType.LINEAR` and `linear` are one. */
const schedulerName = (value: string): string => value.replace(/^SchedulerType\./, "").toLowerCase();

/** One setting under its name in run records, `undefined` where the value is none. */
function settingValue(name: string, value: unknown): number | string | undefined {
  if (name === "scheduler") return isText(value) && value.length <= 60 ? schedulerName(value) : undefined;
  const number = loggedNumber(value);
  if (number === undefined || !Number.isFinite(number)) return undefined;
  // Minus one steps, or a generation length that the Trainer's defaults hold, are no settings of a training.
  if (["maxSteps", "epochs", "lr", "batchSize"].includes(name)) return number > 0 ? number : undefined;
  if (name === "sequenceLength") return number >= 32 && number < 1e8 ? number : undefined;
  return number;
}

function settingsOf(entries: readonly Entry[], onlyKnown: boolean): Record<string, unknown> {
  const hyper = new Map<string, unknown>();
  for (const [name, value] of entries) {
    const known = settingNames.find(([, pattern]) => pattern.test(name))?.[0];
    if (known !== undefined) {
      const setting = settingValue(known, value);
      if (setting !== undefined && !hyper.has(known)) hyper.set(known, setting);
    } else if (!onlyKnown && !hyper.has(name) && name !== "") {
      const number = loggedNumber(value);
      const isShort = typeof value === "string" && value.length <= 200;
      if (number !== undefined || isShort || typeof value === "boolean") hyper.set(name, number ?? value);
    }
  }
  const batchSize = batchOf(entries);
  if (batchSize !== undefined) hyper.set("batchSize", batchSize);
  // A plan in steps makes the number of epochs a default that nobody meant.
  if (hyper.has("maxSteps") && entries.some(([name]) => name === "num_train_epochs")) hyper.delete("epochs");
  return Object.fromEntries(hyper);
}

/** Training tokens of a step where batches have a fixed length. */
function tokensPerStepOf(
  entries: readonly Entry[],
  hyper: Readonly<Record<string, unknown>>,
): number | undefined {
  const isPacked = entries.some(
    ([name, value]) => packing.test(name) && (value === true || value === "true" || value === "True"),
  );
  const isBlocks = entries.some(([name]) => name === "block_size");
  const [batch, length] = [positive(hyper["batchSize"]), positive(hyper["sequenceLength"])];
  return (isPacked || isBlocks) && batch !== undefined && length !== undefined ? batch * length : undefined;
}

/** How settings are read. */
export interface ConfigOptions {
  /** Leaves out settings that run records have no name for. */
  readonly onlyKnown?: boolean;
}

/**
 * What a configuration tells of a run: settings under the names of run records, plan, model, task and sizes. Numbers
 * and texts under other names are kept as they are; lists and objects are left out. Of several settings of one name
 * the one that is nested least counts.
 *
 * @param config - entries by name, nested names joined by `.` or `/`
 */
export function factsOfConfig(
  config: Readonly<Record<string, unknown>>,
  options: ConfigOptions = {},
): KnownFacts {
  const entries = entriesOf(config);
  const hyper = settingsOf(entries, options.onlyKnown === true);
  const model = textOf(entries, modelNames, modelName);
  const kind = textOf(entries, [/^model_type$/], (value) => (isText(value) ? value : undefined));
  const family =
    model !== undefined && modelFacts(model).family !== null ? undefined : kind && modelFacts(kind).family;
  const params = numberOf(entries, parameterCount);
  const questions = numberOf(entries, questionCount);
  return {
    model,
    family: family ?? undefined,
    params: params !== undefined && params >= 1000 ? params : undefined,
    task: taskOf(entries),
    datasetSize: numberOf(entries, exampleCount),
    // A share of the data (0.1) is no number of questions.
    evalSize: questions !== undefined && questions > 1 ? questions : undefined,
    plannedSteps: positive(hyper["maxSteps"]),
    plannedTokens: numberOf(entries, plannedTokenCount),
    plannedEpochs: positive(hyper["epochs"]),
    tokensPerStep: tokensPerStepOf(entries, hyper),
    hyper,
  };
}
