import type { DoctorRule } from "../doctor/rule.ts";
import { isAtLeast } from "../release.ts";
import {
  family,
  callbackUsers,
  callbackSource,
  argumentsSource,
  saveStrategy,
  restoresBest,
  patienceKey,
  stopsEarly,
  evalStrategy,
  plannedEvals,
} from "./arguments-view.ts";

/** Rules of the Trainer about when the run evaluates and saves. */
export const cadenceRules: readonly DoctorRule[] = [
  {
    id: "HF-1",
    kinds: family,
    severity: "error",
    when: "save_steps is no multiple of eval_steps while the best checkpoint is to be loaded",
    source: argumentsSource,
    check: (config) => {
      const [save, evaluate] = [config.number("save_steps"), config.number("eval_steps")];
      if (save === undefined || evaluate === undefined || save < 1 || evaluate < 1) return undefined;
      if (evalStrategy(config) !== "steps" || saveStrategy(config) !== "steps") return undefined;
      if (config.kind !== "axolotl" && !restoresBest(config)) return undefined;
      if (save % evaluate === 0) return undefined;
      return {
        at: "save_steps",
        message: `save_steps ${save} is no multiple of eval_steps ${evaluate}: the best checkpoint cannot be loaded, and the Trainer refuses it.`,
        fix: `Set save_steps to ${evaluate}.`,
        edit: { key: "save_steps", value: evaluate },
      };
    },
  },
  {
    id: "HF-2",
    kinds: family,
    severity: "error",
    when: "the save and evaluation strategies differ while the best checkpoint is to be loaded",
    source: argumentsSource,
    check: (config) => {
      const [evaluate, save] = [evalStrategy(config), saveStrategy(config)];
      if (!restoresBest(config) || evaluate === undefined || save === undefined) return undefined;
      if (evaluate === "no" || save === "best" || save === evaluate) return undefined;
      return {
        at: config.has("save_strategy") ? "save_strategy" : "load_best_model_at_end",
        message: `It evaluates by ${evaluate} and saves by ${save}: load_best_model_at_end needs the same for both.`,
        fix: `Set save_strategy to ${evaluate}.`,
        edit: { key: "save_strategy", value: evaluate },
      };
    },
  },
  {
    id: "HF-24",
    kinds: family,
    severity: "error",
    when: "eval_steps is a share of the plan and save_steps a number of steps, or the reverse",
    source: argumentsSource,
    check: (config) => {
      const [save, evaluate] = [config.number("save_steps"), config.number("eval_steps")];
      if (save === undefined || evaluate === undefined || save <= 0 || evaluate <= 0) return undefined;
      if (!restoresBest(config) || save < 1 === evaluate < 1) return undefined;
      return {
        at: "save_steps",
        message: `eval_steps ${evaluate} and save_steps ${save}: one is a share of the plan, the other counts steps, and the best checkpoint needs both alike.`,
        fix: `Set save_steps to ${evaluate}.`,
        edit: { key: "save_steps", value: evaluate },
      };
    },
  },
  {
    id: "HF-25",
    kinds: callbackUsers,
    severity: "warning",
    when: "the evaluation cadence is left to logging_steps",
    source: argumentsSource,
    check: (config) => {
      if (!stopsEarly(config) || !config.isUnset("eval_steps")) return undefined;
      if (evalStrategy(config) !== "steps") return undefined;
      const every = config.number("logging_steps") ?? 500;
      return {
        at: config.has("eval_strategy") ? "eval_strategy" : "evaluation_strategy",
        message: `eval_steps is not set, so it is logging_steps: an evaluation every ${every} steps is what the patience counts.`,
        fix: "Set eval_steps, and save_steps to the same.",
        edit: { key: "eval_steps", value: every },
      };
    },
  },
  {
    id: "HF-26",
    kinds: family,
    severity: "warning",
    when: "eval_steps is set while the run evaluates by epoch",
    source: argumentsSource,
    check: (config) => {
      if (
        !stopsEarly(config) ||
        evalStrategy(config) !== "epoch" ||
        config.number("eval_steps") === undefined
      )
        return undefined;
      return {
        at: "eval_steps",
        message: "The run evaluates once an epoch: eval_steps has no effect, and the patience counts epochs.",
        fix: "Set the evaluation strategy to steps, or leave eval_steps out.",
      };
    },
  },
  {
    id: "HF-27",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "error",
    when: "eval_delay leaves no evaluation in the plan",
    source: argumentsSource,
    check: (config) => {
      const [delay, maxSteps] = [config.number("eval_delay"), config.number("max_steps")];
      if (delay === undefined || delay <= 0) return undefined;
      const strategy = evalStrategy(config);
      const end = strategy === "epoch" ? config.number("num_train_epochs") : maxSteps;
      if (end === undefined || end <= 0 || delay <= end) return undefined;
      return {
        at: "eval_delay",
        message: `eval_delay ${delay} counts ${strategy === "epoch" ? "epochs" : "steps"}, and the plan ends at ${end}: no evaluation takes place.`,
        fix: "Lower eval_delay.",
      };
    },
  },
  {
    id: "HF-28",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "warning",
    when: "eval_delay is below one evaluation interval, so that it delays nothing",
    source: argumentsSource,
    check: (config) => {
      const [delay, every] = [config.number("eval_delay"), config.number("eval_steps")];
      if (delay === undefined || every === undefined || every < 1 || delay <= 0) return undefined;
      if (evalStrategy(config) !== "steps" || delay > every) return undefined;
      return {
        at: "eval_delay",
        message: `eval_delay counts steps when the run evaluates by steps: the first evaluation is at step ${every} anyhow.`,
        fix: `For a warm-up of ${delay} evaluations write ${(Math.max(1, Math.round(delay)) + 1) * every}.`,
      };
    },
  },
  {
    id: "HF-32",
    kinds: family,
    severity: "error",
    when: "the best checkpoint is to be loaded and nothing is saved",
    source: argumentsSource,
    check: (config) => {
      if (!restoresBest(config) || saveStrategy(config) !== "no") return undefined;
      return {
        at: "save_strategy",
        message: "load_best_model_at_end needs checkpoints, and save_strategy is no.",
        fix: `Set save_strategy to ${evalStrategy(config) === "epoch" ? "epoch" : "steps"}.`,
        edit: { key: "save_strategy", value: evalStrategy(config) === "epoch" ? "epoch" : "steps" },
      };
    },
  },
  {
    id: "HF-8",
    kinds: family,
    severity: "error",
    when: "the name of the evaluation strategy does not suit the release",
    source: "huggingface/transformers#30190",
    check: (config) => {
      const { release } = config;
      const isOld = config.has("evaluation_strategy");
      const isNew = config.has("eval_strategy");
      if (release === undefined || (!isOld && !isNew)) return undefined;
      const wants = isAtLeast(release, [4, 41]) ? "eval_strategy" : "evaluation_strategy";
      if (config.has(wants)) return undefined;
      return {
        at: isOld ? "evaluation_strategy" : "eval_strategy",
        message: `transformers ${release} does not know this name.`,
        fix: `Write ${wants}.`,
      };
    },
  },
  {
    id: "HF-16",
    kinds: family,
    severity: "warning",
    when: "evaluation_strategy is used, which newer releases no longer take",
    source: "huggingface/transformers#30190",
    check: (config) => {
      if (config.release !== undefined || !config.has("evaluation_strategy")) return undefined;
      return {
        at: "evaluation_strategy",
        message: "evaluation_strategy became eval_strategy at 4.41 and is unknown to current releases.",
        fix: "Write eval_strategy, or tell the release with --target-version.",
      };
    },
  },
  {
    id: "HF-9",
    kinds: family,
    severity: "error",
    when: "the patience cannot run out before the plan ends",
    source: callbackSource,
    check: (config) => {
      const key = patienceKey(config);
      const [patience, evals] = [config.number(key), plannedEvals(config)];
      if (patience === undefined || evals === undefined || evals === 0 || evals > patience) return undefined;
      return {
        at: key,
        message: `The plan has ${evals} evaluation${evals === 1 ? "" : "s"} and the patience is ${patience}: the stop can never come before the end.`,
        fix: "Evaluate more often, or lower the patience.",
      };
    },
  },
  {
    id: "HF-18",
    kinds: family,
    severity: "error",
    when: "early stopping without evaluation",
    source: callbackSource,
    check: (config) => {
      if (!stopsEarly(config) || evalStrategy(config) !== "no") return undefined;
      if (config.has("evals_per_epoch")) return undefined;
      return {
        at: ["eval_strategy", "evaluation_strategy"].find((key) => config.has(key)) ?? patienceKey(config),
        message: "The run never evaluates, so there is nothing to stop by.",
        fix: "Set eval_strategy to steps, with eval_steps.",
        edit: { key: "eval_strategy", value: "steps" },
      };
    },
  },
];
