import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import { stableBaselines3 as semantics } from "./semantics.ts";

function write({ cadence, patience, warmupEvals, delivery }: Parts): Written {
  const settings = {
    StopTrainingOnNoModelImprovement:
      patience === null ? null : { max_no_improvement_evals: patience - 1, min_evals: warmupEvals },
    EvalCallback: {
      ...("steps" in cadence ? { eval_freq: cadence.steps } : {}),
      best_model_save_path: delivery === "best" ? "best_model" : null,
    },
  };
  const stop = settings.StopTrainingOnNoModelImprovement;
  const names = stop === null ? "EvalCallback" : "EvalCallback, StopTrainingOnNoModelImprovement";
  const text = [
    `from stable_baselines3.common.callbacks import ${names}`,
    "",
    ...(stop === null ? [] : [`stop = ${pythonCall("StopTrainingOnNoModelImprovement", stop)}`]),
    `evaluate = ${pythonCall("EvalCallback", settings.EvalCallback, [
      "eval_env,  # your own environment",
      ...(stop === null ? [] : ["callback_after_eval=stop,"]),
    ])}`,
    "# model.learn(total_timesteps, callback=evaluate)",
    "",
  ].join("\n");
  return { settings, snippet: { language: "python", into: "the script that calls learn", text } };
}

/** stable-baselines3: patience on the mean reward, counted after a minimum of evaluations. */
export const stableBaselines3 = patienceTrainer({
  name: "stable-baselines3",
  title: "stable-baselines3",
  aliases: ["sb3"],
  newest: "2.9.2",
  find: "Run `pip show stable-baselines3`",
  advice: "StopTrainingOnNoModelImprovement after each evaluation, whose patience is one more than elsewhere",
  semantics,
  ruleOf: () => ({
    stopper: "StopTrainingOnNoModelImprovement",
    monitors: ["quality"],
    directions: ["max"],
    units: ["evals"],
    margin: "none",
    warmup: "uncounted",
    tie: "bad",
    nan: ["count"],
    unless: "the first value is missing",
    delivery: ["best", "last"],
    best: "EvalCallback saves it under best_model_save_path",
    instead:
      "Ask with --target stable-baselines3 for a policy that it can, or stop from a callback that asks stopwise.",
  }),
  write,
  heldStop: (settings) => {
    const patience = held(settings, "StopTrainingOnNoModelImprovement", "max_no_improvement_evals");
    const minEvals = held(settings, "StopTrainingOnNoModelImprovement", "min_evals") ?? 0;
    return {
      monitor: "quality",
      rule: patience === undefined ? null : { mode: "max", patience, minDelta: 0, options: { minEvals } },
      delivery: settings["EvalCallback"]?.["best_model_save_path"] === null ? "last" : "best",
    };
  },
});
