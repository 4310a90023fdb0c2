import { type Decision, InvalidInputError, type Json, type Policy, type SimplePolicy } from "@stopwise/core";
import type { StopperContext } from "../statistic/contract.ts";
import { conditionInWords, describePolicy } from "../policy/describe-policy.ts";
import { checkedCheckpoint, observationOf, type LiveCheckpoint, type Scale } from "./live-checkpoint.ts";
import type { Observation } from "./observation.ts";
import { packState, unpackState, type StopperState } from "./stopper-state.ts";
import { SignalWatch } from "./signal-watch.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { policyHash } from "../policy/policy-hash.ts";
import { startRule } from "./rule.ts";
import type { Rule, Verdict } from "./verdict.ts";
import { shortNumber } from "../policy/words.ts";

/** A policy that decides live, one checkpoint at a time. */
export interface Stopper {
  /** The policy with its defaults filled in. */
  readonly policy: Policy;
  /** The policy in one English sentence. */
  readonly sentence: string;
  /** In an audited run: the step at which the policy would have stopped; null while it would not. */
  readonly wouldStopAt: number | null;
  /** Takes the next checkpoint of the run and decides. */
  observe(checkpoint: LiveCheckpoint): Decision;
  /** A JSON value from which {@link createStopper} goes on, in another process too. */
  state(): Json;
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function comparison(policy: SimplePolicy, value: number): string {
  const threshold = policy.threshold === null ? "infinity" : shortNumber(policy.threshold);
  return `${policy.criterion} ${shortNumber(value)} ${policy.compare} ${threshold}`;
}

const acted = {
  stop: "Stopped",
  reduceLearningRate: "Lower the learning rate",
  cooldown: "Cool down",
};

function reasonOf(verdict: Verdict, context: StopperContext): string {
  const { policy, value, waiting } = verdict;
  if (verdict.crossed) {
    const condition = conditionInWords(policy, context);
    return `${acted[policy.action?.kind ?? "stop"]} because ${condition}: ${comparison(policy, value)}.`;
  }
  if (waiting === "warmup") return "Going on: the warm-up is not over.";
  if (waiting === "admissible") return "Going on: nothing has been trained yet.";
  if (Number.isNaN(value)) return `Going on: ${policy.criterion} has no value yet.`;
  const threshold = policy.threshold === null ? "infinity" : shortNumber(policy.threshold);
  return `Going on: ${policy.criterion} is ${shortNumber(value)}, stops when ${policy.compare} ${threshold}.`;
}

function actionOf({ crossed, policy }: Verdict): Pick<Decision, "action" | "factor" | "cooldownTokens"> {
  if (!crossed) return { action: "continue" };
  const { action } = policy;
  if (action === undefined) return { action: "stop" };
  return action.kind === "cooldown"
    ? { action: "cooldown", cooldownTokens: action.tokens }
    : { action: "reduceLearningRate", factor: action.factor };
}

/** The decision that a verdict amounts to, with its reason in words. */
export function decisionOf(verdict: Verdict, observation: Observation, context: StopperContext): Decision {
  return {
    ...actionOf(verdict),
    reason: reasonOf(verdict, context),
    criterion: verdict.policy.criterion,
    value: orNull(verdict.value),
    threshold: verdict.policy.threshold,
    step: observation.step,
    tokens: orNull(observation.tokens),
  };
}

function modelOf(policy: Policy): string | undefined {
  if (!("of" in policy)) return policy.model;
  return policy.of.map(modelOf).find((model) => model !== undefined);
}

/** The model that policy and context agree on; null where no criterion is learned. */
function pinnedModel(policy: Policy, context: StopperContext): string | null {
  const named = modelOf(policy);
  const { modelHash } = context;
  if (named === undefined || modelHash === undefined || named === modelHash)
    return modelHash ?? named ?? null;
  throw new InvalidInputError(
    `the policy belongs to model ${named}, the model given is ${modelHash}.`,
    "Use the policy with the model that recommended it, or ask that model for a policy.",
  );
}

class PolicyStopper implements Stopper {
  readonly policy: Policy;
  readonly sentence: string;
  readonly #context: StopperContext;
  readonly #pins: { policy: string; model: string | null; scale: Scale };
  readonly #rule: Rule;
  readonly #watch: SignalWatch;
  #nObserved = 0;
  #last: Decision | null = null;
  #wouldStopAt: number | null = null;

  constructor(policy: Policy, context: StopperContext, state: Json | undefined) {
    this.policy = parsePolicy(policy, context);
    this.sentence = describePolicy(this.policy, context);
    this.#context = context;
    this.#pins = {
      policy: policyHash(this.policy),
      model: pinnedModel(this.policy, context),
      scale: context.scale ?? "unit",
    };
    const saved = state === undefined || state === null ? undefined : unpackState(state, this.#pins);
    this.#watch = new SignalWatch(saved?.signals);
    this.#rule = startRule(this.policy, context, saved?.rule);
    if (saved === undefined) return;
    this.#nObserved = saved.nObserved;
    this.#last = saved.last;
    this.#wouldStopAt = saved.wouldStopAt;
  }

  get wouldStopAt(): number | null {
    return this.#wouldStopAt;
  }

  observe(given: LiveCheckpoint): Decision {
    const checkpoint = checkedCheckpoint(given, {
      scale: this.#pins.scale,
      planned: this.#context.planned,
      lastStep: this.#last?.step ?? Number.NaN,
      widestGap: this.#watch.widestGap,
      nObserved: this.#nObserved,
    });
    const last = this.#last;
    if (last !== null && (last.action === "stop" || checkpoint.step <= last.step)) return last;
    const taken = this.#watch.take(checkpoint);
    const observation = observationOf(checkpoint, this.#nObserved, taken);
    this.#nObserved += 1;
    const decision = decisionOf(this.#rule.observe(observation), observation, this.#context);
    const told = taken.missing === undefined ? decision : { ...decision, warning: taken.missing };
    this.#last = this.#context.audited === true ? this.#audit(told) : told;
    return this.#last;
  }

  /** An audited run goes on whatever the policy says. */
  #audit(decision: Decision): Decision {
    if (decision.action === "stop") this.#wouldStopAt ??= decision.step;
    if (decision.action === "continue") return decision;
    return { ...decision, action: "continue", reason: `Audited run, going on. ${decision.reason}` };
  }

  state(): Json {
    const state: StopperState = {
      ...this.#pins,
      nObserved: this.#nObserved,
      signals: this.#watch.state(),
      last: this.#last,
      wouldStopAt: this.#wouldStopAt,
      rule: this.#rule.state(),
    };
    return packState(state);
  }
}

/**
 * Puts a policy to work on one live run.
 *
 * - A stop is final: whatever is observed after it is answered with the same decision.
 * - Steps must rise. A checkpoint whose step is not beyond the last one is ignored and answered with the last decision:
 *   a trainer that resumes from an older checkpoint, repeats its last evaluation or sends a message twice does not
 *   count an evaluation twice. Sets of metrics that belong to one step are given together.
 * - The cost is counted in tokens if the first checkpoint has them, else in steps; step 0 never stops. Tokens that are
 *   missing later are carried on at the rate so far, and the decision says so (`warning`), as for any watched signal.
 * - Qualities are shares in [0, 1], or percent with `scale: "percent"`. What is outside is refused, never a stop, and a
 *   checkpoint that was refused leaves no trace.
 * - `state()` pins the policy, the model and the scale, and carries a checksum.
 * - An audited run (`audited: true`) is never stopped nor changed; `wouldStopAt` tells where it would have been.
 * - A policy whose action is a lower learning rate acts, starts afresh and goes on.
 *
 * @param policy validated by {@link parsePolicy} here
 * @param context what is known of the run; `state` to resume
 * @throws {InvalidInputError} when the policy is not valid or belongs to another model than the one given, or the state
 *   is damaged or that of another policy, model or scale.
 *
 * @example
 * const stopper = createStopper({ version: 1, criterion: "staleness", threshold: 2 });
 * stopper.observe({ step: 100, quality: 0.5 }).action // "continue"
 */
export function createStopper(
  policy: unknown,
  context: StopperContext & { state?: Json | undefined } = {},
): Stopper {
  const { state, ...rest } = context;
  return new PolicyStopper(policy as Policy, rest, state);
}
