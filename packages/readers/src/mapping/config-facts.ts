import { normaliseName } from "./metric-choice.ts";
import { loggedNumber } from "../files/python-json.ts";
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
  ["dropout", /^(dropout|dropout_rate|dropout_prob)$/],
  ["labelSmoothing", /^label_smoothing(_factor)?$/],
  ["patience", /^patience$/],
  ["sequenceLength", /^(max_)?(seq|sequence)_?(len|length)$|^block_size$/],
];

const firstText = (entries: readonly (readonly [string, unknown])[], pattern: RegExp): string | undefined => {
  const value = entries.find(
    ([name, entry]) => pattern.test(name) && typeof entry === "string" && entry !== "",
  )?.[1];
  return typeof value === "string" ? value : undefined;
};

const positive = (value: unknown): number | undefined => {
  const number = loggedNumber(value);
  return number !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
};

/** The last part of a dotted or slashed name, for `cfg.training.learning_rate` or `optim/lr`. */
const lastPart = (name: string): string => normaliseName(name.split(/[./]/).at(-1) ?? name);

/**
 * What a configuration tells of a run: settings under the names of run records, plan, model and task. Numbers and
 * texts under other names are kept as they are; lists and objects are left out.
 *
 * @param config - entries by name, nested names joined by `.` or `/`
 */
export function factsOfConfig(config: Readonly<Record<string, unknown>>): KnownFacts {
  const entries = Object.entries(config).map(([name, value]) => [lastPart(name), value] as const);
  const hyper: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const known = settingNames.find(([, pattern]) => pattern.test(name))?.[0];
    const number = loggedNumber(value);
    if (known === "scheduler" ? typeof value !== "string" : known !== undefined && number === undefined)
      continue;
    if (known !== undefined) hyper[known] ??= number ?? value;
    else if (typeof value === "boolean" || typeof value === "string" || number !== undefined) {
      if (typeof value !== "string" || value.length <= 200) hyper[name] ??= number ?? value;
    }
  }
  return {
    model: firstText(
      entries,
      /^(model|model_name|model_name_or_path|base_model|pretrained_model(_name)?|model_id|arch)$/,
    ),
    task: firstText(entries, /^(task|task_name|dataset|dataset_name|data_set)$/),
    datasetSize: positive(
      entries.find(([name]) =>
        /^(dataset_size|num_examples|n_train|train_size|train_samples)$/.test(name),
      )?.[1],
    ),
    evalSize: positive(
      entries.find(([name]) => /^(eval_size|n_eval|eval_samples|n_test|test_size)$/.test(name))?.[1],
    ),
    plannedSteps: positive(hyper["maxSteps"]),
    plannedEpochs: positive(hyper["epochs"]),
    hyper,
  };
}
