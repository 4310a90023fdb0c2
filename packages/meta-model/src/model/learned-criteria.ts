import { ModelFileError } from "@stopwise/core";
import type { CriterionFactory } from "@stopwise/policies";
import { RemainingGainModel } from "@stopwise/learners";
import type { StopwiseModel } from "./stopwise-model.ts";

const restored = new WeakMap<StopwiseModel, RemainingGainModel>();

/**
 * The learned criterion of a model, read from its bytes when first used.
 *
 * @throws ModelFileError when the model holds none
 */
export function remainingGainOf(model: StopwiseModel): RemainingGainModel {
  const known = restored.get(model);
  if (known !== undefined) return known;
  if (model.learned === undefined) {
    throw new ModelFileError(
      "this model holds no learned criterion.",
      "Retrain on runs of at least two groups, or use a policy without one.",
    );
  }
  const criterion = RemainingGainModel.fromBytes(model.learned);
  restored.set(model, criterion);
  return criterion;
}

/**
 * The learned criteria of a model, ready for a stopper or a replay; read from the model's bytes when first used.
 *
 * @throws ModelFileError when a policy asks for a learned criterion that the model does not hold
 */
export function learnedCriteria(model: StopwiseModel): Readonly<Record<string, CriterionFactory>> {
  return {
    "remaining-gain": {
      create: (_policy, context, state) => remainingGainOf(model).criterion(context, state),
      describe: (policy) =>
        `the learned criterion expects the rest of the run to add little (remaining gain >= ${policy.threshold === null ? "infinity" : Number(policy.threshold.toPrecision(4))})`,
    },
  };
}
