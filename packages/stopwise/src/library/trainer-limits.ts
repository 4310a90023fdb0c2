import type { Delivery, SimplePolicy } from "@stopwise/core";
import { trainerFor, type Trainer } from "@stopwise/trainers";

/** Whether a trainer can carry a policy out exactly. */
export type Limit = (policy: SimplePolicy) => boolean;

/** What of a question decides what a trainer can do. */
export interface LimitQuestion {
  /** Which checkpoint the run will deliver. */
  readonly delivery: Delivery;
  /** Whether a warm-up can be told, which for some trainers takes the planned steps. */
  readonly withWarmup: boolean;
  /** Release of the trainer; the newest known by default. */
  readonly version?: string | undefined;
}

const limits = new Map<string, Limit>();

/** What a trainer can carry out exactly; the same function for the same question, so that a model works it out once. */
export function limitOf(trainer: Trainer, { delivery, withWarmup, version }: LimitQuestion): Limit {
  const key = `${trainer.name} ${delivery} ${withWarmup} ${version ?? ""}`;
  const known = limits.get(key);
  if (known !== undefined) return known;
  const limit: Limit = (policy) =>
    (withWarmup || policy.warmup === undefined) &&
    trainer.expressible({ ...policy, delivery }, version).fidelity === "exact";
  limits.set(key, limit);
  return limit;
}

/** What is asked for most often: the answers about it are kept ready in a model. */
export const usualLimits: readonly Limit[] = [true, false].map((withWarmup) =>
  limitOf(trainerFor("huggingface"), { delivery: "best", withWarmup }),
);
