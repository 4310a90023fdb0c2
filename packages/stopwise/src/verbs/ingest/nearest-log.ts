import type { IngestedFile } from "@stopwise/readers";
import { printable } from "../../command-line/printable.ts";

/** Files that come near to a run without being one, the nearest first, and what to do. */
const fixes: readonly (readonly [format: string, fix: string])[] = [
  [
    "hf-trainer-state",
    'evaluate while training: eval_strategy="steps" with eval_steps, and an eval_dataset, in the TrainingArguments.',
  ],
  [
    "llama-factory",
    "evaluate while training: eval_strategy: steps, eval_steps and val_size in the configuration.",
  ],
  ["lightning-metrics-csv", 'log a validation metric: self.log("val_loss", ...) in validation_step.'],
  ["wandb-dir", "log an evaluation metric such as eval/loss at each evaluation."],
  ["tfevents", "write an evaluation metric such as eval/loss at each evaluation."],
  ["mlflow-mlruns", "log an evaluation metric such as val_loss at each evaluation."],
  ["mlflow-sqlite", "log an evaluation metric such as val_loss at each evaluation."],
  ["keras-csv", "pass validation_data to fit."],
  ["keras-history", "pass validation_data to fit."],
  ["jsonl", "write rows with a step and an evaluation metric such as eval_loss."],
  ["csv", "write rows with a step and an evaluation metric such as eval_loss."],
  ["text-log", "print an evaluation metric with its step at each evaluation."],
];
const unlisted = fixes.length;
/** Files that lie beside trainings and are seldom their logs. */
const asides = ["hf-results-json", "lm-eval-json", "model-card", "json", "git-lfs-pointer", "unknown"];

function rankOf({ format, status, runs }: IngestedFile): number {
  // What failed was a log; what was read and gave one evaluation nearly was a run.
  if (status === "failed") return -2;
  if (status === "read" && runs.length > 0) return -1;
  const listed = fixes.findIndex(([name]) => name === format);
  const aside = asides.indexOf(format);
  return listed >= 0 ? listed : aside >= 0 ? unlisted + 1 + aside : unlisted;
}

/** Why no run was found: the file that came nearest, its reason, and the fix. */
export interface Nearest {
  readonly reason: string;
  readonly fix: string | undefined;
}

/**
 * The file of a report that came nearest to a run.
 *
 * @returns `undefined` where there is no file
 */
export function nearestLog(files: readonly IngestedFile[]): Nearest | undefined {
  const telling = files.filter(({ partOf }) => partOf === undefined);
  if (telling.length === 0) return undefined;
  const nearest = telling.reduce((best, next) => (rankOf(next) < rankOf(best) ? next : best));
  const { path, format, status, reason, warnings } = nearest;
  if (status === "failed") return { reason: printable(reason ?? path), fix: undefined };
  const why =
    status === "read" ? (warnings.at(-1) ?? "it holds no curve.") : (reason ?? "it holds no curve.");
  return {
    reason: `${printable(path)} ${status === "read" ? "was read, but " : ""}${printable(why)}`,
    fix: fixes.find(([name]) => name === format)?.[1],
  };
}
