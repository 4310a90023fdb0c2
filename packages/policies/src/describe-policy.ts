import type { CompositePolicy, Policy, SimplePolicy } from "@stopwise/core";
import type { StopperContext } from "./context.ts";
import { criteria } from "./criteria.ts";
import { shortNumber, warmupInWords } from "./words.ts";

function simpleCondition(policy: SimplePolicy, context: StopperContext): string {
  const injected = context.criteria?.[policy.criterion];
  if (injected?.describe) return injected.describe(policy);
  const definition = criteria.get(policy.criterion);
  if (definition) return definition.describe(policy, policy.params);
  const model = policy.model === undefined ? "" : ` of model ${policy.model.slice(0, 15)}`;
  const threshold = policy.threshold === null ? "infinity" : shortNumber(policy.threshold);
  return `the ${policy.criterion} criterion${model} is ${policy.compare} ${threshold}`;
}

const joined: Record<CompositePolicy["criterion"], (parts: string[]) => string> = {
  anyOf: (parts) => parts.join(", or "),
  allOf: (parts) => parts.join(", and "),
  afterWarmup: (parts) => parts.join(", "),
  sequence: (parts) => parts.join(", and thereafter "),
  guard: ([watched = "", ...protectors]) => `${watched}, but not before ${protectors.join(" and ")}`,
};

/** Whether a policy can stop a run at all. */
export function canStop(policy: Policy): boolean {
  if ("of" in policy) {
    return policy.criterion === "anyOf" ? policy.of.some(canStop) : policy.of.every(canStop);
  }
  return policy.threshold !== null && policy.criterion !== "never";
}

function condition(policy: Policy, context: StopperContext): string {
  const warmup = warmupInWords(policy.warmup);
  const core =
    "of" in policy
      ? joined[policy.criterion](
          policy.of.map((member) => (canStop(member) ? condition(member, context) : "the run ends")),
        )
      : simpleCondition(policy, context);
  return warmup === "" ? core : `${core} (after ${warmup})`;
}

/**
 * A policy as one English sentence.
 *
 * @example
 * describePolicy(parsePolicy({ version: 1, criterion: "staleness", threshold: 3 }))
 * // "Stop when quality has not improved for 3 evaluations; deliver the best checkpoint."
 */
export function describePolicy(policy: Policy, context: StopperContext = {}): string {
  if (!canStop(policy)) return `Run to the planned end; deliver the ${policy.delivery} checkpoint.`;
  return `Stop when ${condition(policy, context)}; deliver the ${policy.delivery} checkpoint.`;
}
