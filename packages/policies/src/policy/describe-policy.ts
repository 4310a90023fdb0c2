import type { CompositePolicy, Policy, SimplePolicy } from "@stopwise/core";
import type { StopperContext } from "../statistic/contract.ts";
import { criteria } from "../criteria/index.ts";
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
  relaxing: (parts) => `${parts.join(", ")} (asking for more where quality drops below what was expected)`,
  guard: ([watched = "", ...protectors]) => `${watched}, but not before ${protectors.join(" and ")}`,
};

const clauses = {
  stop: () => "stop",
  reduceLearningRate: (amount: number) => `multiply the learning rate by ${amount}`,
  cooldown: (amount: number) => `let the learning rate fall to zero over ${amount} tokens`,
};

/** What a policy does where it crosses, in words. */
function actInWords(policy: Policy): string {
  const action = "of" in policy ? undefined : policy.action;
  if (action === undefined) return clauses.stop();
  return clauses[action.kind](action.kind === "cooldown" ? action.tokens : action.factor);
}

/** Whether a policy may change the learning rate, after which a recorded curve tells nothing. */
export function changesLearningRate(policy: Policy): boolean {
  return "of" in policy ? policy.of.some(changesLearningRate) : policy.action !== undefined;
}

const canCross = (policy: Policy): boolean =>
  "of" in policy
    ? policy.of[policy.criterion === "anyOf" ? "some" : "every"](canCross)
    : policy.threshold !== null && policy.criterion !== "never";

/** Whether a policy can stop a run at all. */
export function canStop(policy: Policy): boolean {
  if (!canCross(policy)) return false;
  if (!("of" in policy)) return policy.action === undefined;
  return policy.criterion === "anyOf" ? policy.of.some(canStop) : canStop(policy.of.at(-1)!);
}

/** The condition of a policy in words, to follow "when". */
export function conditionInWords(policy: Policy, context: StopperContext = {}): string {
  const warmup = warmupInWords(policy.warmup);
  const core =
    "of" in policy
      ? joined[policy.criterion](
          policy.of.map((member) => (canCross(member) ? conditionInWords(member, context) : "the run ends")),
        )
      : simpleCondition(policy, context);
  return warmup === "" ? core : `${core} (after ${warmup})`;
}

function clauseOf(policy: Policy, context: StopperContext): string {
  if ("of" in policy && policy.criterion === "sequence" && changesLearningRate(policy)) {
    return policy.of.map((member) => clauseOf(member, context)).join("; then ");
  }
  if (!canCross(policy)) return "run to the planned end";
  return `${actInWords(policy)} when ${conditionInWords(policy, context)}`;
}

/**
 * A policy as one English sentence.
 *
 * @example
 * describePolicy(parsePolicy({ version: 1, criterion: "staleness", threshold: 3 }))
 * // "Stop when quality has not improved for 3 evaluations; deliver the best checkpoint."
 */
export function describePolicy(policy: Policy, context: StopperContext = {}): string {
  const clause = clauseOf(policy, context);
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}; deliver the ${policy.delivery} checkpoint.`;
}
