import { ModelFileError, populationOf, regimeOf, type Task } from "@stopwise/core";
import type { CriterionFactory } from "@stopwise/policies";
import type { RemainingGainModel } from "@stopwise/learners";
import type { StopwiseModel } from "./stopwise-model.ts";

/** The population whose past runs speak for a task: by its regime and by what it is judged by. */
export function populationOfTask(task: Task): ReturnType<typeof populationOf> {
  return populationOf(regimeOf(task).regime, task.metricClass === "loss" ? "loss" : "quality");
}

/**
 * The learned criterion of the population that a task belongs to.
 *
 * @throws ModelFileError when the model holds none
 */
export function remainingGainOf(model: StopwiseModel, task: Task): RemainingGainModel {
  const population = populationOfTask(task);
  const criterion = model.populations.get(population)?.criterion;
  if (criterion !== undefined) return criterion;
  throw new ModelFileError(
    `this model holds no learned criterion for ${population} runs.`,
    "Retrain on runs of at least two groups of that kind, or use a policy without one.",
  );
}

/** Where a threshold on the statistic stands in points: about the gain that is still expected when it stops. */
export function thresholdInPoints(threshold: number): number {
  return 100 * threshold * threshold;
}

/**
 * The learned criteria of a model, ready for a stopper or a replay; read from the model's bytes when first used.
 *
 * @throws ModelFileError when a policy asks for a learned criterion that the model does not hold
 */
export function learnedCriteria(model: StopwiseModel): Readonly<Record<string, CriterionFactory>> {
  return {
    "remaining-gain": {
      create: (_policy, context, state) =>
        remainingGainOf(model, context.task ?? {}).criterion(context, state),
      describe: (policy) =>
        policy.threshold === null
          ? "the learned criterion expects nothing more (never)"
          : `the learned criterion expects the rest of the run to add less than about ${Number(thresholdInPoints(policy.threshold).toPrecision(2))} ${policy.monitor === "evalLoss" ? "%" : "points"} (remaining gain >= ${Number(policy.threshold.toPrecision(4))})`,
    },
  };
}
