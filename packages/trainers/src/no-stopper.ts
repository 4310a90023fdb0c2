import { InvalidInputError, neverStop, type Policy, type Task } from "@stopwise/core";
import { cadenceOf, type Cadence } from "./cadence.ts";
import { watchedMetric, type WatchedMetric } from "./metric.ts";
import { releaseOf } from "./release.ts";
import type { Expressed, Snippet, Trainer, TrainerConfig } from "./trainer.ts";

/** A service whose settings cannot stop a run by its own curve. */
interface NoStopper {
  readonly name: string;
  readonly title: string;
  readonly aliases?: readonly string[];
  readonly newest: string;
  readonly find: string;
  readonly advice: string;
  /** What its own early stopping is, if it has any. */
  readonly why: string;
  readonly instead: string;
  /** What its settings can say: metric, direction, budget, cadence. */
  readonly write: (parts: { task: Task; cadence: Cadence; metric: WatchedMetric }) => {
    settings: TrainerConfig["settings"];
    snippet: Snippet;
  };
}

/** A target that can only let a run go to its end, and says what to use in its place. */
export function noStopper(own: NoStopper): Trainer {
  const { name, title, aliases = [], newest, advice, why, instead } = own;
  const expressible = (policy: Policy, version?: string): Expressed => {
    releaseOf(version, own);
    if (!("of" in policy) && (policy.criterion === "never" || policy.threshold === null)) {
      return { fidelity: "exact", fields: [], carried: policy };
    }
    return {
      fidelity: "impossible",
      fields: [{ field: "criterion", fidelity: "impossible", note: why }],
      carried: null,
      instead,
    };
  };
  return {
    name,
    title,
    aliases,
    newest,
    advice,
    expressible,
    takesWarmup: () => true,
    configOf: (policy, { task, version }) => {
      if (expressible(policy, version).carried === null) {
        throw new InvalidInputError(`${title} cannot carry out this policy: ${why}.`, instead);
      }
      const written = own.write({
        task,
        cadence: cadenceOf(task, policy),
        metric: watchedMetric(neverStop, task),
      });
      return {
        target: name,
        version: releaseOf(version, own),
        ...written,
        fidelity: [
          { field: "policy", fidelity: "exact", note: "the run goes to its planned end" },
          { field: "early stopping", fidelity: "impossible", note: `${why}. ${instead}` },
        ],
      };
    },
  };
}
