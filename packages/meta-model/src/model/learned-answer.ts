import type { Recommendation, SimplePolicy } from "@stopwise/core";

/** The learned stopper for trainers that can ask at every evaluation, from the same model and bound as the policy. */
export interface LearnedAnswer extends Pick<
  Recommendation,
  "status" | "certificate" | "predicted" | "sentence"
> {
  /** Pins the model by its hash once it is part of a recommendation. */
  readonly policy: SimplePolicy;
}
