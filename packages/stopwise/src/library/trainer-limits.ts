import type { Delivery, SimplePolicy } from "@stopwise/core";
import { adapterFor, type Adapter } from "@stopwise/trainers";

/** Whether a trainer can carry a policy out exactly. */
export type Limit = (policy: SimplePolicy) => boolean;

const limits = new Map<string, Limit>();

/**
 * What a trainer can carry out exactly; the same function for the same question, so that a model works it out once.
 *
 * @param adapter the trainer
 * @param delivery which checkpoint the run will deliver
 * @param withWarmup whether a warm-up can be told, which for some trainers takes the planned steps
 */
export function limitOf(adapter: Adapter, delivery: Delivery, withWarmup: boolean): Limit {
  const key = `${adapter.target} ${delivery} ${withWarmup}`;
  const known = limits.get(key);
  if (known !== undefined) return known;
  const limit: Limit = (policy) =>
    (withWarmup || policy.warmup === undefined) && adapter.obstacles({ ...policy, delivery }).length === 0;
  limits.set(key, limit);
  return limit;
}

/** What is asked for most often: the answers about it are kept ready in a model. */
export const usualLimits: readonly Limit[] = [true, false].map((withWarmup) =>
  limitOf(adapterFor("huggingface"), "best", withWarmup),
);
