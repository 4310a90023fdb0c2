import type { SimplePolicy } from "@stopwise/core";
import { ratchetPortfolio } from "./portfolio.ts";

/** Warm-ups and minimum improvements of the ratchet portfolio that a model keeps, to stay small. */
const minDeltas = new Set([0, 0.002, 0.005, 0.01]);
const warmups = new Set([0, 5, 10]);

/** Policies of a plain patience that a model learns beside the default portfolio: a part of the ratchet portfolio. */
export function plainPatiencePolicies(): SimplePolicy[] {
  return ratchetPortfolio().filter((policy) => {
    const delta = Number(policy.params["minDelta"] ?? 0);
    if (policy.monitor === "evalLoss" && delta !== 0 && delta !== 0.005) return false;
    return minDeltas.has(delta) && warmups.has(policy.warmup?.evals ?? 0);
  });
}

/**
 * Whether a policy is a patience in evaluations with no minimum improvement or a ratchet, and a warm-up, if any, that does
 * not move the best. A portfolio that holds enough of them leaves a choice to whoever can only state such a policy; what
 * a trainer can state is said by the trainer itself.
 */
export function isPlainPatience(policy: SimplePolicy): boolean {
  if (policy.criterion === "never") return true;
  const { unit, minDelta, minDeltaMode } = policy.params;
  if (policy.criterion !== "staleness" || (unit ?? "evals") !== "evals") return false;
  const isRatchet = minDeltaMode === "ratchet" || ((minDelta ?? 0) === 0 && minDeltaMode !== "relative");
  const isStill = policy.warmup === undefined || !policy.warmup.updatesBest;
  return isRatchet && isStill && (policy.threshold === null || policy.threshold >= 1);
}
