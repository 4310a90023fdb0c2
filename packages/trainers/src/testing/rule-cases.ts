import { huggingFaceCases } from "./huggingface-cases.ts";
import type { RuleCase } from "./rule-case.ts";

const yaml =
  (file: string, base: Readonly<Record<string, string>>) =>
  (
    on: string,
    wrong: Readonly<Record<string, string | null>>,
    right: Readonly<Record<string, string | null>> = {},
  ): RuleCase => {
    const text = (changes: Readonly<Record<string, string | null>>): string =>
      Object.entries({ ...base, ...changes })
        .filter(([, value]) => value !== null)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join("");
    return { file, wrong: text(wrong), right: text(right), on };
  };

const axolotl = yaml("axolotl.yml", {
  base_model: "some/model",
  early_stopping_patience: "3",
  eval_steps: "50",
  save_steps: "50",
  val_set_size: "0.05",
});
const llama = yaml("sft.yaml", {
  model_name_or_path: "some/model",
  stage: "sft",
  finetuning_type: "lora",
  early_stopping_steps: "3",
  eval_strategy: "steps",
  eval_steps: "200",
  save_steps: "200",
  val_size: "0.1",
  load_best_model_at_end: "true",
  metric_for_best_model: "eval_loss",
  greater_is_better: "false",
  save_total_limit: "2",
});
const swift = yaml("swift.yaml", {
  train_type: "lora",
  early_stop_interval: "3",
  eval_strategy: "steps",
  eval_steps: "50",
  save_steps: "50",
  split_dataset_ratio: "0.01",
  load_best_model_at_end: "true",
  metric_for_best_model: "eval_loss",
});

interface Cli {
  readonly stop?: string;
  readonly keep?: string;
  readonly trainer?: string;
}

const block = (text: string, indent: string): string[] =>
  text === "" ? [] : text.split(", ").map((each) => `${indent}${each}`);

/** A LightningCLI YAML. */
function cli({
  stop = "monitor: val_loss, mode: min, patience: 3",
  keep = "monitor: val_loss, mode: min",
  trainer = "max_epochs: 20",
}: Cli): string {
  return [
    "seed_everything: 1",
    "trainer:",
    ...block(trainer, "  "),
    "  callbacks:",
    "    - class_path: lightning.pytorch.callbacks.EarlyStopping",
    "      init_args:",
    ...block(stop, "        "),
    ...(keep === "none"
      ? []
      : [
          "    - class_path: lightning.pytorch.callbacks.ModelCheckpoint",
          "      init_args:",
          ...block(keep, "        "),
        ]),
    "",
  ].join("\n");
}

const lightning = (on: string, wrong: Cli, right: Cli = {}): RuleCase => ({
  file: "config.yaml",
  wrong: cli(wrong),
  right: cli(right),
  on,
});

const acc = { keep: "monitor: val_acc, mode: max" };

interface Fit {
  readonly stop?: string;
  readonly beside?: string;
  readonly fit?: string;
}

/** A script that calls fit. */
const keras = (on: string, wrong: Fit, right: Fit = {}): RuleCase => {
  const text = ({
    stop = 'monitor="val_loss", mode="min", patience=3, restore_best_weights=True',
    beside = "",
    fit = "x, y, epochs=50, validation_data=valid, callbacks=[stop]",
  }: Fit): string =>
    [
      "import keras",
      "from keras.callbacks import EarlyStopping, ReduceLROnPlateau",
      `stop = EarlyStopping(${stop})`,
      beside,
      `model.fit(${fit})`,
      "",
    ].join("\n");
  return { file: "train.py", wrong: text(wrong), right: text(right), on };
};

const script =
  (head: string) =>
  (on: string, wrong: string, right: string): RuleCase => ({
    file: "train.py",
    wrong: `${head}\n${wrong}\n`,
    right: `${head}\n${right}\n`,
    on,
  });
const composer = script("from composer.callbacks import EarlyStopper");
const fastai = script("from fastai.callback.tracker import EarlyStoppingCallback, SaveModelCallback");
const optuna = script("import optuna");
const lightgbm = script("import lightgbm as lgb");
const xgboost = script("import xgboost");

const together = (on: string, wrong: object, right: object): RuleCase => ({
  file: "request.json",
  wrong: `${JSON.stringify(wrong, null, 2)}\n`,
  right: `${JSON.stringify(right, null, 2)}\n`,
  on,
});
const hosted = {
  training_file: "file-1",
  validation_file: "file-2",
  n_evals: 10,
  early_stopping_enabled: true,
  early_stopping_patience: 3,
};

/** For every rule, what kind of question it answers. */
export const ruleCases: Readonly<Record<string, RuleCase>> = {
  ...huggingFaceCases,
  "AX-1": axolotl("evals_per_epoch", { evals_per_epoch: "4", eval_steps: null }),
  "AX-2": axolotl(
    "metric_for_best_model",
    { metric_for_best_model: "eval_perplexity" },
    { metric_for_best_model: "eval_loss" },
  ),
  "AX-3": axolotl(
    "val_set_size",
    { val_set_size: "0" },
    { val_set_size: null, test_datasets: "[{path: a.jsonl}]" },
  ),
  "AX-4": axolotl("early_stopping_threshold", { early_stopping_threshold: "0.01" }),
  "AX-5": axolotl("early_stopping_patience", { save_steps: null }),
  "LF-1": llama("early_stopping_steps", { early_stopping_steps: "1000" }, { early_stopping_steps: "5" }),
  "LF-2": llama("early_stopping_steps", { val_size: null }, { val_size: null, eval_dataset: "valid" }),
  "LF-3": llama("early_stopping_patience", { early_stopping_steps: null, early_stopping_patience: "3" }),
  "LF-4": llama(
    "metric_for_best_model",
    { metric_for_best_model: "eval_accuracy", greater_is_better: "true" },
    { metric_for_best_model: "eval_accuracy", greater_is_better: "true", compute_accuracy: "true" },
  ),
  "MS-1": swift("save_steps", { save_steps: "100" }),
  "MS-2": swift("early_stopping_patience", { early_stop_interval: null, early_stopping_patience: "3" }),
  "MS-3": swift(
    "early_stop_interval",
    { split_dataset_ratio: null },
    { split_dataset_ratio: null, val_dataset: "valid" },
  ),
  "PL-1": lightning("min_delta", { stop: "monitor: val_loss, mode: min, patience: 3, min_delta: -0.01" }),
  "PL-2": lightning(
    "check_on_train_epoch_end",
    { stop: "monitor: train_loss, mode: min, patience: 3, check_on_train_epoch_end: false" },
    { stop: "monitor: val_loss, mode: min, patience: 3, check_on_train_epoch_end: false" },
  ),
  "PL-3": lightning(
    "min_epochs",
    { trainer: "max_epochs: 20, min_epochs: 5" },
    { trainer: "max_epochs: 20, min_epochs: 1" },
  ),
  "PL-5": lightning(
    "monitor: val_acc",
    { stop: "monitor: val_acc, patience: 3", ...acc },
    { stop: "monitor: val_loss, patience: 3" },
  ),
  "PL-6": lightning(
    "mode: min",
    { stop: "monitor: val_acc, mode: min, patience: 3" },
    { stop: "monitor: val_acc, mode: max, patience: 3", ...acc },
  ),
  "PL-7": lightning("monitor", { keep: "none" }),
  "PL-8": lightning("monitor: val_acc", { keep: "monitor: val_acc, mode: min" }),
  "PL-9": lightning("patience", { trainer: "max_epochs: 3" }, { trainer: "max_epochs: 4" }),
  "PL-10": lightning(
    "patience",
    { trainer: "max_epochs: 20, val_check_interval: 0.25" },
    { trainer: "max_epochs: 20, val_check_interval: 1.0" },
  ),
  "PL-11": lightning(
    "limit_val_batches",
    { trainer: "max_epochs: 20, limit_val_batches: 0" },
    { trainer: "max_epochs: 20, limit_val_batches: 50" },
  ),
  "PL-12": lightning("strict", { stop: "monitor: val_loss, mode: min, patience: 3, strict: false" }),
  "PL-13": lightning(
    "min_delta",
    { stop: "monitor: val_f1, mode: max, patience: 3, min_delta: 0.5", keep: "monitor: val_f1, mode: max" },
    { stop: "monitor: val_loss, mode: min, patience: 3, min_delta: 0.5" },
  ),
  "PL-14": lightning(
    "stopping_threshold",
    { stop: "monitor: val_acc, mode: max, patience: 3, stopping_threshold: 95", ...acc },
    { stop: "monitor: val_acc, mode: max, patience: 3, stopping_threshold: 0.95", ...acc },
  ),
  "PL-15": lightning("patience", { trainer: "max_epochs: 100, check_val_every_n_epoch: 5" }),
  "KE-1": keras(
    "val_exact_match",
    { stop: 'monitor="val_exact_match", patience=3, restore_best_weights=True' },
    { stop: 'monitor="val_accuracy", patience=3, restore_best_weights=True' },
  ),
  "KE-2": keras(
    "patience=3",
    { beside: "slow = ReduceLROnPlateau(patience=5, cooldown=1)" },
    { beside: "slow = ReduceLROnPlateau(patience=2)" },
  ),
  "KE-3": keras("EarlyStopping(", { stop: 'monitor="val_loss", mode="min", patience=3' }),
  "KE-4": keras(
    "fit(",
    { fit: "x, y, epochs=50, callbacks=[stop]" },
    { fit: "x, y, epochs=50, validation_split=0.1, callbacks=[stop]" },
  ),
  "KE-5": keras(
    "patience=3",
    { fit: "x, y, epochs=3, validation_data=valid, callbacks=[stop]" },
    { fit: "x, y, epochs=4, validation_data=valid, callbacks=[stop]" },
  ),
  "KE-6": keras("monitor=", { stop: 'monitor="loss", mode="min", patience=3, restore_best_weights=True' }),
  "KE-7": keras(
    "start_from_epoch",
    { stop: 'monitor="val_loss", mode="min", patience=3, restore_best_weights=True, start_from_epoch=60' },
    { stop: 'monitor="val_loss", mode="min", patience=3, restore_best_weights=True, start_from_epoch=10' },
  ),
  "KE-8": keras(
    "min_delta",
    { stop: 'monitor="val_accuracy", mode="max", patience=3, restore_best_weights=True, min_delta=1' },
    { stop: 'monitor="val_accuracy", mode="max", patience=3, restore_best_weights=True, min_delta=0.01' },
  ),
  "KE-9": keras("min_delta", {
    stop: 'monitor="val_loss", mode="min", patience=3, restore_best_weights=True, min_delta=-0.01',
  }),
  "KE-10": keras("EarlyStopping(", { stop: 'monitor="val_loss", mode="min", restore_best_weights=True' }),
  "KE-11": keras(
    "mode=",
    { stop: 'monitor="val_accuracy", mode="min", patience=3, restore_best_weights=True' },
    { stop: 'monitor="val_accuracy", mode="max", patience=3, restore_best_weights=True' },
  ),
  "KE-12": keras("EarlyStopping(", { fit: "x, y, epochs=50, validation_data=valid" }),
  "KE-13": keras(
    "baseline",
    { stop: 'monitor="val_loss", mode="min", patience=1, restore_best_weights=True, baseline=0.4' },
    { stop: 'monitor="val_loss", mode="min", patience=8, restore_best_weights=True, baseline=0.4' },
  ),
  "CO-1": composer(
    "patience",
    'EarlyStopper("loss", "eval", patience=3)',
    'EarlyStopper("loss", "eval", patience="3ep")',
  ),
  "CO-2": composer(
    "wer",
    'EarlyStopper("wer", "eval", patience="3ep")',
    'EarlyStopper("loss", "eval", patience="3ep")',
  ),
  "CO-3": composer(
    "patience",
    'EarlyStopper("loss", "eval", patience="1000sp")',
    'EarlyStopper("loss", "eval", patience="100ba")',
  ),
  "FA-1": fastai(
    "perplexity",
    'cbs = [EarlyStoppingCallback(monitor="perplexity", patience=3), SaveModelCallback(monitor="perplexity")]',
    'cbs = [EarlyStoppingCallback(monitor="perplexity", comp=np.less, patience=3), SaveModelCallback(monitor="perplexity")]',
  ),
  "FA-2": fastai(
    "EarlyStoppingCallback(",
    'cbs = [EarlyStoppingCallback(monitor="valid_loss", patience=3)]',
    'cbs = [EarlyStoppingCallback(monitor="valid_loss", patience=3), SaveModelCallback(monitor="valid_loss")]',
  ),
  "FA-3": fastai(
    "min_delta",
    'cbs = [EarlyStoppingCallback(monitor="accuracy", min_delta=1, patience=3), SaveModelCallback(monitor="accuracy")]',
    'cbs = [EarlyStoppingCallback(monitor="accuracy", min_delta=0.01, patience=3), SaveModelCallback(monitor="accuracy")]',
  ),
  "OP-1": optuna(
    "min_delta",
    "pruner = optuna.pruners.PatientPruner(None, patience=3, min_delta=0.01)",
    "pruner = optuna.pruners.PatientPruner(None, patience=3, min_delta=0.0)",
  ),
  "LG-1": lightgbm(
    "stopping_rounds",
    "stop = lgb.early_stopping(stopping_rounds=0, first_metric_only=True)",
    "stop = lgb.early_stopping(stopping_rounds=50, first_metric_only=True)",
  ),
  "LG-2": lightgbm(
    "early_stopping(",
    "stop = lgb.early_stopping(50)",
    "stop = lgb.early_stopping(50, first_metric_only=True)",
  ),
  "XG-1": xgboost(
    "rounds",
    "stop = xgboost.callback.EarlyStopping(rounds=0)",
    "stop = xgboost.callback.EarlyStopping(rounds=10)",
  ),
  "XG-2": xgboost(
    "metric_name",
    'stop = xgboost.callback.EarlyStopping(rounds=10, metric_name="exact_match")',
    'stop = xgboost.callback.EarlyStopping(rounds=10, metric_name="auc")',
  ),
  "TG-1": together("n_evals", { ...hosted, n_evals: 4 }, { ...hosted, n_evals: 5 }),
  "TG-2": together("early_stopping_enabled", { ...hosted, validation_file: null }, hosted),
  "TG-3": together("early_stopping_patience", { ...hosted, early_stopping_enabled: false }, hosted),
};
