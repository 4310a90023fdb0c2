import { noStopper } from "../no-stopper.ts";
import { yamlText } from "../text.ts";

/** Katib: `medianstop` compares the trials of an experiment. */
export const katib = noStopper({
  name: "katib",
  title: "Katib",
  aliases: ["kubeflow-katib"],
  newest: "0.18.0",
  find: "Run `pip show kubeflow-katib`",
  advice: "medianstop compares trials: stop a single one in its own code",
  why: "its early stopping (medianstop) compares the trials of an experiment and stops none by its own curve",
  instead: "Ask with the --target of the trainer inside the trial, or with --target python for its loop.",
  write: ({ metric }) => {
    const settings = {
      experiment: {
        spec: {
          objective: {
            type: metric.mode === "max" ? "maximize" : "minimize",
            objectiveMetricName: metric.name,
            metricStrategies: [{ name: metric.name, value: metric.mode }],
          },
        },
      },
    };
    return {
      settings,
      snippet: {
        language: "yaml",
        into: "the Experiment, which has no earlyStopping then",
        text: `${yamlText(settings.experiment)}\n`,
      },
    };
  },
});
