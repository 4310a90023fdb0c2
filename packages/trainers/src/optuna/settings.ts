import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import type { StopRule } from "../expressible.ts";
import { optuna as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "PatientPruner",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  // Its min_delta has the opposite sign: a larger one stops later.
  margin: "none",
  warmup: "still",
  tie: "good",
  nan: ["count"],
  unless: "a value is missing",
  delivery: ["best", "last"],
  best: "by hand: save in the objective where the metric is best",
  instead:
    "Ask with --target optuna for a policy that it can, or ask stopwise in the objective and raise TrialPruned.",
};

function write({ metric, patience, warmupEvals, delivery }: Parts): Written {
  const settings = {
    // Its window holds one report more than the patience.
    PatientPruner:
      patience === null ? null : { wrapped_pruner: null, patience: patience - 1, min_delta: 0.0 },
    create_study: { direction: metric.mode === "max" ? "maximize" : "minimize" },
    objective: { metric: metric.name, report_from: warmupEvals, save: delivery },
  };
  const pruner = settings.PatientPruner;
  const report = [
    `# In the objective, after evaluation number i (from 0) with the value of ${metric.name}:`,
    ...(warmupEvals > 0 ? [`# if i >= ${warmupEvals}:`] : []),
    "#     trial.report(value, step)",
    "#     if trial.should_prune():",
    "#         raise optuna.TrialPruned()",
  ];
  const text = [
    "import optuna",
    "",
    `study = ${pythonCall("optuna.create_study", settings.create_study, [
      `pruner=${pruner === null ? "optuna.pruners.NopPruner()" : pythonCall("optuna.pruners.PatientPruner", pruner).replace(/\n */g, " ").replace("( ", "(").replace(", )", ")")},`,
    ])}`,
    ...(pruner === null ? [] : report),
    "",
  ].join("\n");
  return { settings, snippet: { language: "python", into: "the script that makes the study", text } };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const patience = held(settings, "PatientPruner", "patience");
  const from = held(settings, "objective", "report_from") ?? 0;
  return {
    monitor: settings["objective"]?.["metric"] === "loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: settings["create_study"]?.["direction"] === "minimize" ? "min" : "max",
            patience,
            minDelta: held(settings, "PatientPruner", "min_delta") ?? 0,
            options: {},
          },
    ...(from === 0 ? {} : { skipped: { evals: from } }),
    delivery: settings["objective"]?.["save"] === "last" ? "last" : "best",
  };
}

/** Optuna `PatientPruner` without a wrapped pruner: patience that a plateau does not use up. */
export const optuna = patienceTrainer({
  name: "optuna",
  title: "Optuna",
  newest: "5.0.0",
  find: "Run `pip show optuna`",
  advice: "PatientPruner prunes a fall, never a plateau; stopwise in the objective can do every policy",
  semantics,
  ruleOf: () => rule,
  write,
  heldStop,
});
