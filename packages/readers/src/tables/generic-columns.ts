import { isMetric } from "../mapping/metric-choice.ts";
import { isBareScore, isEvaluationKey, isSplitLater, keyOf, type KeyedName } from "./evaluation-names.ts";

/** What the columns of a table of rows stand for; a role without column is undefined. */
export interface ColumnRoles {
  readonly step: string | undefined;
  readonly epoch: string | undefined;
  readonly tokens: string | undefined;
  readonly trainLoss: string | undefined;
  readonly gradNorm: string | undefined;
  readonly lr: string | undefined;
  /** Tells several runs in one file apart. */
  readonly run: string | undefined;
  /** Planned end, the same in every row. */
  readonly plannedSteps: string | undefined;
  readonly plannedEpochs: string | undefined;
  /** Columns whose name tells that they are of an evaluation, or that were asked for. */
  readonly evaluation: readonly string[];
  /** Scores that name no split: which rows make them an evaluation is told by `evaluationOf`. */
  readonly bare: readonly string[];
  /** Stands in the row that ends a training. */
  readonly endOfTraining: string | undefined;
}

const stepNames = [
  "step",
  "global_step",
  "train_global_step",
  "trainer_global_step",
  "_step",
  "iteration",
  "iter",
  "current_steps",
  "training_iteration",
  "num_updates",
  "update",
  "batch",
  "steps",
  "training_step",
  "train_step",
  "total_timesteps",
  "timesteps_total",
  "timesteps",
  "timestep",
  "num_timesteps",
  "total_steps",
];
/**
 * Ends of names that place a row where no column has one of the names above, such as `time/total_timesteps`; the
 * first that some column ends in.
 */
const stepEndings = [
  /_(total_)?(env_)?time_?steps$|^total_?env_?interacts$/,
  /_global_steps?$/,
  /_(env|environment|total|train|training|optimi[sz]er)_steps?$/,
  /_(iterations?|iters?)$/,
];
const tokenNames = [
  "tokens",
  "num_tokens",
  "total_tokens",
  "tokens_seen",
  "num_input_tokens_seen",
  "train_num_tokens",
  "train_num_input_tokens_seen",
  "consumed_tokens",
  "train_tokens",
];
const runNames = ["run", "run_id", "run_name", "trial", "trial_id", "seed"];

/** fastai's history: `epoch, train_loss, valid_loss`, scores on the validation set, `time`. */
function isFastai(keyed: readonly KeyedName[]): boolean {
  const keys = keyed.map(({ key }) => key);
  return keys.slice(0, 3).join() === "epoch,train_loss,valid_loss" && keys.at(-1) === "time";
}

/** The name of a run record's score: an evaluation wherever it stands. */
const recordQuality = "quality";

/** Columns with an evaluation prefix, else with the split further on. */
function evaluationsIn(keyed: readonly KeyedName[]): readonly KeyedName[] {
  if (isFastai(keyed)) return keyed.slice(2, -1);
  const prefixed = keyed.filter(({ key }) => isEvaluationKey(key) || key === recordQuality);
  return prefixed.length > 0 ? prefixed : keyed.filter(isSplitLater);
}

/** Scores without split that no column with a split repeats. */
function bareIn(keyed: readonly KeyedName[], evaluation: readonly KeyedName[]): readonly string[] {
  const isTwin = ({ key }: KeyedName): boolean =>
    evaluation.some((column) => column.key.endsWith(`_${key}`) || column.key.startsWith(`${key}_`));
  return keyed
    .filter((column) => isBareScore(column) && !evaluation.includes(column) && !isTwin(column))
    .map(({ name }) => name);
}

/** What is known of a table beyond the names of its columns. */
export interface RoleOptions {
  /** False where scores without prefix are of the training data. */
  readonly bareScores?: boolean;
  /** The metric that was asked for: its column is an evaluation. */
  readonly metric?: string | undefined;
}

/**
 * Reads what columns mean from their names, in any case and with `/`, `.`, `-` and blanks as `_`. Evaluation
 * columns are those with an evaluation prefix; where there are none, those that hold a split further on (`loss_val`).
 * Bare scores such as `accuracy` stand apart.
 *
 * @param names - column names as in the file
 */
export function rolesOf(names: readonly string[], options: RoleOptions = {}): ColumnRoles {
  const { bareScores = true, metric } = options;
  const keyed = names.map((name) => ({ name, key: keyOf(name) }));
  const first = (keys: readonly string[]): string | undefined =>
    keys.map((key) => keyed.find((column) => column.key === key)?.name).find((name) => name !== undefined);
  const chosen = evaluationsIn(keyed);
  const isSeen = metric !== undefined && chosen.some(({ name }) => isMetric(name, metric));
  const askedFor = metric === undefined || isSeen ? [] : names.filter((name) => isMetric(name, metric));
  const evaluated = new Set(chosen.map(({ name }) => name));
  const step =
    first(stepNames) ??
    stepEndings
      .map((ending) => keyed.find(({ name, key }) => ending.test(key) && !evaluated.has(name))?.name)
      .find((name) => name !== undefined);
  const planned = keyed.find(({ key, name }) => /^(total|max|num)_steps$/.test(key) && name !== step)?.name;
  return {
    step,
    epoch: first(["epoch", "epochs", "train_epoch", "current_epoch"]),
    tokens: first(tokenNames),
    trainLoss: first([
      "train_loss",
      "loss_train_total",
      "training_loss",
      "loss",
      "train_cross_entropy",
      "train_loss_step",
      "total_loss",
      "loss_train",
      "train_losses",
      "trainloss",
    ]),
    gradNorm: first(["grad_norm", "train_grad_norm", "gradient_norm"]),
    lr: first(["learning_rate", "lr", "train_learning_rate", "train_lr"]),
    run: first(runNames),
    plannedSteps: planned,
    plannedEpochs: keyed.find(({ key }) => /^(total|max|num)_epochs$/.test(key))?.name,
    evaluation: [...new Set([...chosen.map(({ name }) => name), ...askedFor])],
    bare: bareScores ? bareIn(keyed, chosen).filter((name) => !askedFor.includes(name)) : [],
    endOfTraining: keyed.find(({ key }) => /(^|_)train_runtime$/.test(key))?.name,
  };
}
