import {
  type CostUnit,
  type Decision,
  field,
  InvalidInputError,
  type Json,
  type Policy,
  type SimplePolicy,
} from "@stopwise/core";
import type { StopperContext } from "../statistic/contract.ts";
import { conditionInWords, describePolicy } from "../policy/describe-policy.ts";
import { observationOf, type LiveCheckpoint, type Observation } from "./observation.ts";
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

interface Saved {
  readonly version: 1;
  readonly policy: string;
  readonly model: string | null;
  readonly nObserved: number;
  readonly costUnit: CostUnit | null;
  readonly last: Decision | null;
  readonly wouldStopAt: number | null;
  readonly rule: Json;
}

function modelOf(policy: Policy): string | undefined {
  if (!("of" in policy)) return policy.model;
  return policy.of.map(modelOf).find((model) => model !== undefined);
}

function savedOf(state: Json, pins: { policy: string; model: string | null }): Saved {
  if (field(state, "version") !== 1 || typeof field(state, "nObserved") !== "number") {
    throw new InvalidInputError(
      "state is not that of a stopper.",
      "Pass what stopper.state() returned, unchanged.",
    );
  }
  const saved = state as unknown as Saved;
  for (const what of ["policy", "model"] as const) {
    if (saved[what] === pins[what]) continue;
    throw new InvalidInputError(
      `state belongs to ${what} ${String(saved[what])}, the stopper has ${what} ${String(pins[what])}.`,
      `Resume with the same ${what}, or start without state.`,
    );
  }
  return saved;
}

class PolicyStopper implements Stopper {
  readonly policy: Policy;
  readonly sentence: string;
  readonly #context: StopperContext;
  readonly #pins: { policy: string; model: string | null };
  readonly #rule: Rule;
  #nObserved = 0;
  #costUnit: CostUnit | null = null;
  #last: Decision | null = null;
  #wouldStopAt: number | null = null;

  constructor(policy: Policy, context: StopperContext, state: Json | undefined) {
    this.policy = parsePolicy(policy, context);
    this.sentence = describePolicy(this.policy, context);
    this.#context = context;
    this.#pins = {
      policy: policyHash(this.policy),
      model: context.modelHash ?? modelOf(this.policy) ?? null,
    };
    const saved = state === undefined || state === null ? undefined : savedOf(state, this.#pins);
    this.#rule = startRule(this.policy, context, saved?.rule);
    if (saved === undefined) return;
    this.#nObserved = saved.nObserved;
    this.#costUnit = saved.costUnit;
    this.#last = saved.last;
    this.#wouldStopAt = saved.wouldStopAt;
  }

  get wouldStopAt(): number | null {
    return this.#wouldStopAt;
  }

  observe(checkpoint: LiveCheckpoint): Decision {
    this.#costUnit ??= Number.isFinite(checkpoint.tokens ?? Number.NaN) ? "tokens" : "steps";
    const observation = observationOf(checkpoint, this.#nObserved, this.#costUnit);
    const last = this.#last;
    if (last !== null && (last.action === "stop" || observation.step <= last.step)) return last;
    this.#nObserved += 1;
    const decision = decisionOf(this.#rule.observe(observation), observation, this.#context);
    this.#last = this.#context.audited === true ? this.#audit(decision) : decision;
    return this.#last;
  }

  /** An audited run goes on whatever the policy says. */
  #audit(decision: Decision): Decision {
    if (decision.action === "stop") this.#wouldStopAt ??= decision.step;
    if (decision.action === "continue") return decision;
    return { ...decision, action: "continue", reason: `Audited run, going on. ${decision.reason}` };
  }

  state(): Json {
    const saved: Saved = {
      version: 1,
      ...this.#pins,
      nObserved: this.#nObserved,
      costUnit: this.#costUnit,
      last: this.#last,
      wouldStopAt: this.#wouldStopAt,
      rule: this.#rule.state(),
    };
    return saved as unknown as Json;
  }
}

/**
 * Puts a policy to work on one live run.
 *
 * - A stop is final: whatever is observed after it is answered with the same decision.
 * - Steps must rise. A checkpoint whose step is not beyond the last one is ignored and answered with the last decision:
 *   a trainer that resumes from an older checkpoint, repeats its last evaluation or sends a message twice does not
 *   count an evaluation twice. Sets of metrics that belong to one step are given together.
 * - The cost is counted in tokens if the first checkpoint has them, else in steps; step 0 never stops.
 * - `state()` pins the policy and the model.
 * - An audited run (`audited: true`) is never stopped nor changed; `wouldStopAt` tells where it would have been.
 * - A policy whose action is a lower learning rate acts, starts afresh and goes on.
 *
 * @param policy validated by {@link parsePolicy} here
 * @param context what is known of the run; `state` to resume
 * @throws {InvalidInputError} when the policy is not valid, or the state is that of another policy or model.
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
