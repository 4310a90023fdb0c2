import { type Verdict, type Rule } from "./verdict.ts";
import { field, InvalidInputError, type Json, type Policy, type SimplePolicy } from "@stopwise/core";
import { compositeRule } from "./composite-rule.ts";
import type { StopperContext } from "../statistic/contract.ts";
import { criteria } from "../criteria/index.ts";
import { crosses } from "../statistic/criterion.ts";
import type { StreamingCriterion } from "../statistic/contract.ts";
import type { Observation } from "./observation.ts";
import { isWarm } from "./warmup.ts";

/** Starts the criterion of a policy: the context's own criteria come before the built-in ones. */
export function startCriterion(
  policy: SimplePolicy,
  context: StopperContext,
  state?: Json,
): StreamingCriterion {
  const injected = context.criteria?.[policy.criterion];
  if (injected !== undefined) return injected.create(policy, context, state);
  const definition = criteria.get(policy.criterion);
  if (definition !== undefined) return definition.create(policy, context, state);
  throw new InvalidInputError(
    `criterion "${policy.criterion}" belongs to a model that was not given.`,
    "Pass the model that the policy names.",
  );
}

class SimpleRule implements Rule {
  readonly #policy: SimplePolicy;
  readonly #context: StopperContext;
  #criterion: StreamingCriterion;
  #warm: boolean;

  constructor(policy: SimplePolicy, context: StopperContext, state?: Json) {
    this.#policy = policy;
    this.#context = context;
    this.#warm = field(state, "warm") === true;
    this.#criterion = startCriterion(policy, context, field(state, "criterion"));
  }

  observe(observation: Observation): Verdict {
    const policy = this.#policy;
    this.#warm ||= isWarm(policy.warmup, observation, this.#context.planned);
    if (!this.#warm && policy.warmup?.updatesBest === false) {
      return { crossed: false, policy, value: Number.NaN, waiting: "warmup" };
    }
    const value = this.#criterion.observe(observation);
    if (!this.#warm) return { crossed: false, policy, value, waiting: "warmup" };
    if (!observation.admissible) return { crossed: false, policy, value, waiting: "admissible" };
    const crossed = crosses(value, policy.threshold, policy.compare);
    if (crossed && policy.action !== undefined) this.#criterion = startCriterion(policy, this.#context);
    return { crossed, policy, value };
  }

  state(): Json {
    return { warm: this.#warm, criterion: this.#criterion.state() };
  }
}

/** Puts a policy to work on one run; with `state` it goes on where it was. */
export function startRule(policy: Policy, context: StopperContext, state?: Json): Rule {
  if (!("of" in policy)) return new SimpleRule(policy, context, state);
  const states = field(state, "of");
  const members = policy.of.map((member, i) =>
    startRule(member, context, Array.isArray(states) ? (states as readonly Json[])[i] : undefined),
  );
  const restart = (i: number): Rule => startRule(policy.of[i]!, context);
  return compositeRule(policy, { members, restart, context }, state);
}
