import { patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { patienceArguments, patienceCall, patienceClass } from "../python/patience-class.ts";
import { patienceRule } from "../python/settings.ts";
import { pythonCall } from "../text.ts";
import { ray as semantics } from "./semantics.ts";

const stopperClass = `from ray import tune


class PatienceStopper(tune.Stopper):
    """One Patience for each trial."""

    def __init__(self, metric, make):
        self.metric, self.make, self.trials = metric, make, {}

    def __call__(self, trial_id, result):
        return self.trials.setdefault(trial_id, self.make())(result[self.metric])

    def stop_all(self):
        return False
`;

function write({ policy, metric, minDelta, patience, delivery }: Parts): Written {
  const key = metric.isLoss ? "eval_loss" : metric.name;
  const settings = {
    PatienceStopper: patience === null ? null : patienceArguments(policy, minDelta),
    TuneConfig: { metric: key, mode: metric.mode },
    CheckpointConfig: {
      num_to_keep: 1,
      ...(delivery === "best"
        ? { checkpoint_score_attribute: key, checkpoint_score_order: metric.mode }
        : {}),
    },
  };
  const run = [
    ...(patience === null ? [] : ["stop=stop,"]),
    `checkpoint_config=${pythonCall("tune.CheckpointConfig", settings.CheckpointConfig).replace(/\n */g, " ").replace("( ", "(").replace(", )", ")")},`,
  ];
  const text = [
    ...(patience === null
      ? ["from ray import tune"]
      : [
          patienceClass,
          "",
          stopperClass,
          "",
          `stop = PatienceStopper(${JSON.stringify(key)}, lambda: ${patienceCall(policy, minDelta)})`,
        ]),
    `tune_config = ${pythonCall("tune.TuneConfig", settings.TuneConfig)}`,
    `run_config = ${pythonCall("tune.RunConfig", {}, run)}`,
    "# tune.Tuner(trainable, tune_config=tune_config, run_config=run_config).fit()",
    "",
  ].join("\n");
  return {
    settings,
    snippet: { language: "python", into: "the script that makes the Tuner", text },
    notes: [
      {
        field: "stopper",
        fidelity: "exact",
        note: "a Stopper of its own: TrialPlateauStopper looks at the deviation of a window, which is no patience",
      },
    ],
  };
}

/** Ray Tune: a `Stopper` to paste, with `TuneConfig` and the checkpoints that belong to it. */
export const ray = patienceTrainer({
  name: "ray",
  title: "Ray Tune",
  aliases: ["ray-tune", "ray-plateau"],
  newest: "2.60.0",
  find: "Run `pip show ray`",
  advice:
    "a Stopper to paste; TrialPlateauStopper is no patience (replay --semantics ray shows what it does)",
  semantics,
  ruleOf: () => ({ ...patienceRule, stopper: "the Stopper" }),
  write,
});
