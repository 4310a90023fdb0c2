import type { SimplePolicy } from "@stopwise/core";
import { portfolioFor } from "@stopwise/policies";

/** Warm-ups and minimum improvements of Hugging Face's own portfolio that a model keeps, to stay small. */
const minDeltas = new Set([0, 0.002, 0.005, 0.01]);
const warmups = new Set([0, 5, 10]);

/** Policies that Hugging Face expresses exactly, a part of the whole grid. */
export function huggingFacePolicies(): SimplePolicy[] {
  return portfolioFor("huggingface").filter((policy) => {
    const delta = Number(policy.params["minDelta"] ?? 0);
    if (policy.monitor === "evalLoss" && delta !== 0 && delta !== 0.005) return false;
    return minDeltas.has(delta) && warmups.has(policy.warmup?.evals ?? 0);
  });
}

/**
 * Whether Hugging Face's `EarlyStoppingCallback` does exactly what a policy says: patience in evaluations, no minimum
 * improvement or a ratchet, and a warm-up that does not move the best (`eval_delay`).
 */
export function isHuggingFace(policy: SimplePolicy): boolean {
  if (policy.criterion === "never") return true;
  const { unit, minDelta, minDeltaMode } = policy.params;
  if (policy.criterion !== "staleness" || (unit ?? "evals") !== "evals") return false;
  const isRatchet = minDeltaMode === "ratchet" || ((minDelta ?? 0) === 0 && minDeltaMode !== "relative");
  const isStill = policy.warmup === undefined || !policy.warmup.updatesBest;
  return isRatchet && isStill && (policy.threshold === null || policy.threshold >= 1);
}

/** Whether trainers with a dead band and no warm-up (Lightning, Keras and their like) do exactly what a policy says. */
export function isDeadBand(policy: SimplePolicy): boolean {
  if (policy.criterion === "never") return true;
  const { unit, minDelta, minDeltaMode } = policy.params;
  if (policy.criterion !== "staleness" || (unit ?? "evals") !== "evals") return false;
  return (minDeltaMode === "deadBand" || (minDelta ?? 0) === 0) && policy.warmup === undefined;
}
