import {
  InvalidInputError,
  metricClassOf,
  neverStop,
  type Policy,
  type SimplePolicy,
  type Task,
} from "@stopwise/core";
import type { Adapter, ConfigContext, Fidelity, TrainerConfig } from "../trainer.ts";
import { cadenceOf, type Cadence } from "../cadence.ts";

const newest = "5.18.0";
/** `evaluation_strategy` was renamed, and callback states became restorable, in this release. */
const renamedIn = [4, 41] as const;

function isSimple(policy: Policy): policy is SimplePolicy {
  return !("of" in policy);
}

function stalenessObstacles(policy: SimplePolicy): string[] {
  const { params, warmup } = policy;
  const minDelta = typeof params["minDelta"] === "number" ? params["minDelta"] : 0;
  const rules: readonly (readonly [boolean, string])[] = [
    [policy.monitor === "quality" || policy.monitor === "evalLoss", `it cannot watch ${policy.monitor}`],
    [(params["unit"] ?? "evals") === "evals", `patience counts evaluations, not ${String(params["unit"])}`],
    [
      policy.threshold !== null && Number.isInteger(policy.threshold) && policy.threshold >= 1,
      "patience is an integer >= 1",
    ],
    [policy.compare === ">=", "patience is compared with >="],
    [
      minDelta === 0 || params["minDeltaMode"] === "ratchet",
      "the minimum improvement is a ratchet, not a dead band or a share",
    ],
    [params["tie"] !== "good", "a tie counts as stale"],
    [policy.nan === "count", `a NaN counts as stale, it is not "${policy.nan}"`],
    [
      warmup === undefined || (warmup.evals ?? 0) === 0 || !warmup.updatesBest,
      "evaluations before eval_delay do not take place, so they cannot move the best",
    ],
    [
      warmup === undefined ||
        (warmup.steps === undefined && warmup.tokens === undefined && warmup.fraction === undefined),
      "warm-up counts evaluations",
    ],
    [policy.delivery === "best", "the best checkpoint is delivered (load_best_model_at_end)"],
  ];
  return rules.filter(([holds]) => !holds).map(([, why]) => why);
}

function obstacles(policy: Policy): string[] {
  if (!isSimple(policy)) return [`EarlyStoppingCallback has one rule, not ${policy.criterion}`];
  if (policy.criterion === "never") return [];
  if (policy.criterion !== "staleness") return [`EarlyStoppingCallback has no ${policy.criterion} rule`];
  return stalenessObstacles(policy);
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ours = 0, next = 0] = version.split(".").map(Number);
  return ours > major || (ours === major && next >= minor);
}

function versionOf(given: string | undefined): string {
  if (given === undefined) return newest;
  if (/^\d+\.\d+(\.\w+)*$/.test(given)) return given;
  throw new InvalidInputError(
    `--target-version must be a release such as ${newest}, got ${given}.`,
    "Run `pip show transformers` to find yours.",
  );
}

/** The key that the Trainer logs for the monitored score, and whether more of it is better. */
function metricOf(policy: SimplePolicy, task: Task): { key: string; greaterIsBetter: boolean } {
  if (policy.monitor === "evalLoss" || task.metricClass === "loss") {
    return { key: "eval_loss", greaterIsBetter: false };
  }
  const name = task.metric ?? "exact_match";
  const metricClass = metricClassOf(name);
  return {
    key: name.startsWith("eval_") ? name : `eval_${name}`,
    greaterIsBetter: metricClass !== "error-rate" && metricClass !== "loss",
  };
}

/** `eval_delay` that makes the first `skipped` evaluations not take place. */
function delayOf(skipped: number, cadence: Cadence): number | undefined {
  if (skipped === 0) return undefined;
  if ("steps" in cadence) return (skipped + 1) * cadence.steps;
  throw new InvalidInputError(
    "a warm-up needs the planned steps, which this task does not tell.",
    "Give --max-steps, or --epochs with --dataset-size and --batch-size.",
  );
}

function trainingArguments(policy: SimplePolicy, context: ConfigContext, version: string) {
  const cadence = cadenceOf(context.task, policy);
  const every = "steps" in cadence ? cadence.steps : cadence.share;
  const metric = metricOf(policy, context.task);
  const isRenamed = isAtLeast(version, renamedIn);
  const delay = delayOf(policy.warmup?.evals ?? 0, cadence);
  return {
    [isRenamed ? "eval_strategy" : "evaluation_strategy"]: "steps",
    eval_steps: every,
    save_strategy: "steps",
    save_steps: every,
    ...(delay === undefined ? {} : { eval_delay: delay }),
    load_best_model_at_end: true,
    metric_for_best_model: metric.key,
    greater_is_better: metric.greaterIsBetter,
    save_total_limit: 2,
    include_num_input_tokens_seen: true,
    ...(isRenamed ? { restore_callback_states_from_checkpoint: true } : {}),
  };
}

function fidelityOf(policy: SimplePolicy, task: Task): Fidelity[] {
  const notes: Fidelity[] = [
    { field: "policy", fidelity: "exact", note: "the callback stops where the replayed policy stops" },
    {
      field: "delivery",
      fidelity: "exact",
      note: "load_best_model_at_end; save_steps equals eval_steps, so that older releases, which compare with the best saved evaluation, stop alike",
    },
  ];
  if (!("steps" in cadenceOf(task, policy)) || !task.evals) {
    notes.push({
      field: "eval_steps",
      fidelity: "approximate",
      note: `the task names ${task.evals ? "no planned steps" : "no number of evaluations"}: give --max-steps and --evals, patience means nothing without the cadence`,
    });
  }
  if (policy.monitor === "quality" && task.metricClass !== "loss") {
    notes.push({
      field: "metric_for_best_model",
      fidelity: "exact",
      note: "compute_metrics must return this score; the Trainer adds the eval_ prefix",
    });
  }
  return notes;
}

function configOf(policy: Policy, context: ConfigContext): TrainerConfig {
  const version = versionOf(context.version);
  const why = obstacles(policy);
  if (why.length > 0 || !isSimple(policy)) {
    throw new InvalidInputError(
      `Hugging Face cannot carry out this policy: ${why.join("; ")}.`,
      "Ask with --target huggingface, which chooses among policies that it can express exactly.",
    );
  }
  return {
    target: "huggingface",
    version,
    settings: {
      EarlyStoppingCallback:
        policy.criterion === "never"
          ? null
          : {
              early_stopping_patience: policy.threshold,
              early_stopping_threshold: policy.params["minDelta"] ?? 0,
            },
      TrainingArguments: trainingArguments(policy, context, version),
    },
    fidelity: fidelityOf(policy, context.task),
  };
}

/** Hugging Face `EarlyStoppingCallback` and `TrainingArguments`. */
export const huggingface: Adapter = {
  target: "huggingface",
  aliases: ["hf", "transformers", "trl", "unsloth"],
  obstacles,
  takesWarmup: (task) => "steps" in cadenceOf(task, neverStop),
  configOf,
};
