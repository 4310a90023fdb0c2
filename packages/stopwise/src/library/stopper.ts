import type { Json, Policy, Task } from "@stopwise/core";
import { learnedCriteria, type StopwiseModel } from "@stopwise/meta-model/predict";
import { createStopper as startStopper, type Scale, type Stopper } from "@stopwise/policies";

/** What a stopper may know besides its policy. */
export interface StopperOptions {
  /** The task: its plan, the size of its evaluation set, and the features of learned criteria. */
  readonly task?: Task | undefined;
  /** The model of the advice; needed when the policy holds a learned criterion. */
  readonly model?: StopwiseModel | undefined;
  /** What `state()` gave, to go on where a run was interrupted. */
  readonly state?: Json | undefined;
  /** Whether the run goes on to its plan whatever the policy says; `wouldStopAt` tells where it would have stopped. */
  readonly audited?: boolean | undefined;
  /** How checkpoints report their quality: shares in [0, 1] (default) or percent. */
  readonly scale?: Scale | undefined;
}

/**
 * Puts a policy to work on one live run. A stop is final; a step that is not beyond the last one is ignored, so that
 * a repeated evaluation does not count twice; the state pins the policy and the model.
 *
 * @param policy from a recommendation, or written by hand
 * @throws InvalidInputError when the policy is not valid, needs a model that was not given or belongs to another, or the
 *   state is damaged or belongs to another policy, model or scale.
 * @example
 * const stopper = createStopper(advice.policy, { task: advice.task, model: advice.model });
 * if (stopper.observe({ step, tokens, quality: em, evalLoss }).action === "stop") break;
 */
export function createStopper(policy: Policy, options: StopperOptions = {}): Stopper {
  const { task = {}, model, state, audited, scale } = options;
  return startStopper(policy, {
    task,
    planned: {
      steps: task.maxSteps ?? undefined,
      tokens: task.maxTokens ?? undefined,
      epochs: task.epochs ?? undefined,
    },
    evalSize: task.evalSize ?? undefined,
    audited,
    scale,
    ...(model === undefined ? {} : { criteria: learnedCriteria(model), modelHash: model.hash }),
    state,
  });
}
