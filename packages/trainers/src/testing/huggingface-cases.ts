import type { RuleCase } from "./rule-case.ts";

interface Run {
  readonly args?: string;
  readonly stop?: string;
  readonly trainer?: string;
  readonly classes?: readonly [string, string];
  readonly after?: string;
}

const usual =
  'eval_strategy="steps", eval_steps=200, save_strategy="steps", save_steps=200, load_best_model_at_end=True, metric_for_best_model="eval_loss", greater_is_better=False, save_total_limit=2';

/** A script that sets up a Trainer. */
function hf({
  args = usual,
  stop = "early_stopping_patience=3",
  trainer = "train_dataset=train, eval_dataset=valid, compute_metrics=score",
  classes = ["TrainingArguments", "Trainer"],
  after = "",
}: Run): string {
  return [
    `from transformers import EarlyStoppingCallback, ${classes[0]}, ${classes[1]}`,
    `stop = EarlyStoppingCallback(${stop})`,
    `args = ${classes[0]}("out",`,
    ...args.split(", ").map((each) => `    ${each},`),
    ")",
    `trainer = ${classes[1]}(model, args=args, ${trainer}, callbacks=[stop])`,
    after,
    "",
  ].join("\n");
}

const without = (text: string, key: string): string =>
  text
    .split(", ")
    .filter((each) => !each.startsWith(`${key}=`))
    .join(", ");
const withArgs = (...changes: string[]): string =>
  [
    ...changes.reduce((text, change) => without(text, change.split("=")[0]!), usual).split(", "),
    ...changes,
  ].join(", ");

const python = (on: string, wrong: Run, right: Run = {}, release?: string): RuleCase => ({
  file: "train.py",
  wrong: hf(wrong),
  right: hf(right),
  on,
  ...(release === undefined ? {} : { release }),
});

const seq2seq = ["Seq2SeqTrainingArguments", "Seq2SeqTrainer"] as const;
const sft = ["SFTConfig", "SFTTrainer"] as const;

/** For every rule of the Trainer, what kind of question it answers. */
export const huggingFaceCases: Readonly<Record<string, RuleCase>> = {
  "HF-1": python("save_steps", { args: withArgs("save_steps=500") }, { args: withArgs("save_steps=600") }),
  "HF-2": python(
    "save_strategy",
    { args: withArgs('save_strategy="epoch"') },
    { args: withArgs('save_strategy="best"') },
  ),
  "HF-3": python(
    "greater_is_better",
    { args: withArgs('metric_for_best_model="wer"', "greater_is_better=True") },
    { args: withArgs('metric_for_best_model="f1"', "greater_is_better=True") },
  ),
  "HF-4": python(
    "early_stopping_patience",
    { stop: "early_stopping_patience=0" },
    { stop: "early_stopping_patience=1" },
  ),
  "HF-5": python(
    "early_stopping_threshold",
    { stop: "early_stopping_patience=3, early_stopping_threshold=0.01" },
    { stop: "early_stopping_patience=3, early_stopping_threshold=0.0" },
  ),
  "HF-6": python(
    "metric_for_best_model",
    {
      args: withArgs('metric_for_best_model="f1"', "greater_is_better=True"),
      trainer: "train_dataset=train, eval_dataset=valid",
    },
    { trainer: "train_dataset=train, eval_dataset=valid" },
  ),
  "HF-7": python("early_stopping_patience", { args: without(usual, "load_best_model_at_end") }),
  "HF-8": python(
    "evaluation_strategy",
    { args: without(usual, "eval_strategy") + ', evaluation_strategy="steps"' },
    { args: usual },
    "4.45.0",
  ),
  "HF-9": python(
    "early_stopping_patience",
    { args: withArgs("max_steps=1000"), stop: "early_stopping_patience=5" },
    { args: withArgs("max_steps=1200"), stop: "early_stopping_patience=5" },
  ),
  "HF-10": python(
    "resume_from_checkpoint",
    { after: "trainer.train(resume_from_checkpoint=True)" },
    { after: "trainer.train(resume_from_checkpoint=False)" },
  ),
  "HF-11": python(
    "metric_for_best_model",
    { args: without(withArgs('metric_for_best_model="perplexity"'), "greater_is_better") },
    { args: without(usual, "greater_is_better") },
  ),
  "HF-12": python(
    "early_stopping_threshold",
    {
      args: withArgs('metric_for_best_model="accuracy"', "greater_is_better=True"),
      stop: "early_stopping_patience=3, early_stopping_threshold=0.5",
    },
    {
      args: withArgs('metric_for_best_model="accuracy"', "greater_is_better=True"),
      stop: "early_stopping_patience=3, early_stopping_threshold=0.005",
    },
  ),
  "HF-13": python("metric_for_best_model", { args: withArgs('metric_for_best_model="train_loss"') }),
  "HF-14": python(
    "prediction_loss_only",
    { args: withArgs('metric_for_best_model="f1"', "greater_is_better=True", "prediction_loss_only=True") },
    { args: withArgs("prediction_loss_only=True") },
  ),
  "HF-15": python(
    "metric_for_best_model",
    { args: withArgs('metric_for_best_model="rouge1"', "greater_is_better=True"), classes: seq2seq },
    { args: withArgs('metric_for_best_model="accuracy"', "greater_is_better=True"), classes: seq2seq },
  ),
  "HF-16": python("evaluation_strategy", {
    args: without(usual, "eval_strategy") + ', evaluation_strategy="steps"',
  }),
  "HF-17": python(
    "early_stopping_patience",
    { stop: "early_stopping_patience=1000" },
    { stop: "early_stopping_patience=30" },
  ),
  "HF-18": python("eval_strategy", { args: withArgs('eval_strategy="no"') }),
  "HF-19": python("Trainer(", { trainer: "train_dataset=train, compute_metrics=score" }),
  "HF-20": {
    file: "train.py",
    wrong: hf({}).replace(", callbacks=[stop]", ""),
    right: hf({}).replace(", callbacks=[stop]", "") + "trainer.add_callback(stop)\n",
    on: "EarlyStoppingCallback(",
  },
  "HF-21": python("EarlyStoppingCallback(", { stop: "" }),
  "HF-22": python(
    "EarlyStoppingCallback(",
    { args: without(without(usual, "metric_for_best_model"), "load_best_model_at_end") },
    { args: without(usual, "metric_for_best_model") },
  ),
  "HF-23": python(
    "load_best_model_at_end",
    { args: without(usual, "metric_for_best_model") },
    { args: without(usual, "metric_for_best_model"), trainer: "train_dataset=train, eval_dataset=valid" },
  ),
  "HF-24": python(
    "save_steps",
    { args: withArgs("eval_steps=0.1") },
    { args: withArgs("eval_steps=0.1", "save_steps=0.1") },
  ),
  "HF-25": python("eval_strategy", { args: without(usual, "eval_steps") }),
  "HF-26": python(
    "eval_steps",
    { args: withArgs('eval_strategy="epoch"', 'save_strategy="epoch"') },
    { args: without(withArgs('eval_strategy="epoch"', 'save_strategy="epoch"'), "eval_steps") },
  ),
  "HF-27": python(
    "eval_delay",
    { args: withArgs("eval_delay=5000", "max_steps=4000") },
    { args: withArgs("eval_delay=1000", "max_steps=4000") },
  ),
  "HF-28": python("eval_delay", { args: withArgs("eval_delay=2") }, { args: withArgs("eval_delay=600") }),
  "HF-29": python(
    "lr_scheduler_type",
    { args: withArgs('lr_scheduler_type="cosine"') },
    { args: withArgs('lr_scheduler_type="constant"') },
  ),
  "HF-30": python("load_best_model_at_end", { args: without(usual, "save_total_limit") }),
  "HF-31": python(
    "metric_for_best_model",
    { trainer: 'train_dataset=train, eval_dataset={"easy": easy, "hard": hard}, compute_metrics=score' },
    {
      args: withArgs('metric_for_best_model="eval_hard_loss"'),
      trainer: 'train_dataset=train, eval_dataset={"easy": easy, "hard": hard}, compute_metrics=score',
    },
  ),
  "HF-32": python("save_strategy", { args: withArgs('save_strategy="no"') }),
  "TRL-1": python(
    "metric_for_best_model",
    { args: withArgs('metric_for_best_model="exact_match"', "greater_is_better=True"), classes: sft },
    { args: withArgs('metric_for_best_model="mean_token_accuracy"', "greater_is_better=True"), classes: sft },
  ),
};
