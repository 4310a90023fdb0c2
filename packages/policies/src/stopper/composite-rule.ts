import { type CompositePolicy, field, type Json, type SimplePolicy } from "@stopwise/core";
import type { StopperContext } from "../statistic/contract.ts";
import { crosses } from "../statistic/criterion.ts";
import type { Observation } from "./observation.ts";
import type { Rule, Verdict } from "./verdict.ts";
import { relaxingSchema, type RelaxingParams } from "../policy/relaxing.ts";
import { isWarm } from "./warmup.ts";

interface Parts {
  readonly members: Rule[];
  readonly restart: (member: number) => Rule;
  readonly context: StopperContext;
}

/** The verdict of a member that speaks for the whole: one that stops, else one that crossed, else the first. */
function spokesman(verdicts: readonly Verdict[], crossed: boolean): Verdict {
  const stopping = verdicts.find((verdict) => verdict.crossed && verdict.policy.action === undefined);
  const speaker = stopping ?? verdicts.find((verdict) => verdict.crossed) ?? verdicts[0]!;
  return { ...speaker, crossed };
}

abstract class CompositeRule implements Rule {
  protected readonly policy: CompositePolicy;
  protected readonly parts: Parts;
  #warm: boolean;

  constructor(policy: CompositePolicy, parts: Parts, state?: Json) {
    this.policy = policy;
    this.parts = parts;
    this.#warm = field(state, "warm") === true;
  }

  observe(observation: Observation): Verdict {
    const { warmup } = this.policy;
    this.#warm ||= isWarm(warmup, observation, this.parts.context.planned);
    if (!this.#warm && warmup?.updatesBest === false) return this.#silent();
    const verdict = this.combine(observation);
    return this.#warm ? verdict : { ...verdict, crossed: false, waiting: "warmup" };
  }

  protected abstract combine(observation: Observation): Verdict;

  protected extra(): Readonly<Record<string, Json>> {
    return {};
  }

  state(): Json {
    return { warm: this.#warm, of: this.parts.members.map((member) => member.state()), ...this.extra() };
  }

  protected observeAll(observation: Observation): Verdict[] {
    return this.parts.members.map((member) => member.observe(observation));
  }

  #silent(): Verdict {
    return { crossed: false, policy: firstSimple(this.policy), value: Number.NaN, waiting: "warmup" };
  }
}

function firstSimple(policy: CompositePolicy): SimplePolicy {
  const first = policy.of[0]!;
  return "of" in first ? firstSimple(first) : first;
}

class AnyOf extends CompositeRule {
  protected override combine(observation: Observation): Verdict {
    const verdicts = this.observeAll(observation);
    return spokesman(
      verdicts,
      verdicts.some((verdict) => verdict.crossed),
    );
  }
}

class AllOf extends CompositeRule {
  protected override combine(observation: Observation): Verdict {
    const verdicts = this.observeAll(observation);
    return spokesman(
      verdicts,
      verdicts.every((verdict) => verdict.crossed),
    );
  }
}

/** The first member proposes, and its proposal stands; it takes effect once every protector crosses too. */
class Guard extends CompositeRule {
  #proposed: boolean;

  constructor(policy: CompositePolicy, parts: Parts, state?: Json) {
    super(policy, parts, state);
    this.#proposed = field(state, "proposed") === true;
  }

  protected override combine(observation: Observation): Verdict {
    const verdicts = this.observeAll(observation);
    this.#proposed ||= verdicts[0]!.crossed;
    const released = verdicts.slice(1).every((verdict) => verdict.crossed);
    return { ...verdicts[0]!, crossed: this.#proposed && released };
  }

  protected override extra(): Readonly<Record<string, Json>> {
    return { proposed: this.#proposed };
  }
}

/** Members take turns: when one crosses, the next starts afresh at the checkpoint after; the last one stops the run. */
class Sequence extends CompositeRule {
  #turn: number;

  constructor(policy: CompositePolicy, parts: Parts, state?: Json) {
    super(policy, parts, state);
    const turn = field(state, "turn");
    this.#turn = typeof turn === "number" ? turn : 0;
  }

  protected override combine(observation: Observation): Verdict {
    const verdict = this.parts.members[this.#turn]!.observe(observation);
    if (!verdict.crossed || this.#turn === this.parts.members.length - 1) return verdict;
    this.#turn += 1;
    this.parts.members[this.#turn] = this.parts.restart(this.#turn);
    return { ...verdict, crossed: verdict.policy.action !== undefined };
  }

  protected override extra(): Readonly<Record<string, Json>> {
    return { turn: this.#turn };
  }
}

/** A threshold that is harder to reach: `factor` times as high, in the safe direction for negative ones too. */
function relaxed(threshold: number | null, factor: number): number | null {
  return threshold === null ? null : threshold + (factor - 1) * Math.abs(threshold);
}

/** While quality lies under its expected course, the member's threshold counts as `factor` times as high. */
class Relaxing extends CompositeRule {
  readonly #params: RelaxingParams;
  #expected: number | null;
  #left: number;

  constructor(policy: CompositePolicy, parts: Parts, state?: Json) {
    super(policy, parts, state);
    this.#params = relaxingSchema.parse(policy.params);
    const expected = field(state, "expected");
    const left = field(state, "left");
    this.#expected = typeof expected === "number" ? expected : null;
    this.#left = typeof left === "number" ? left : 0;
  }

  protected override combine(observation: Observation): Verdict {
    const { factor } = this.#params;
    const verdict = this.parts.members[0]!.observe(observation);
    this.#follow(observation.quality);
    if (this.#left === 0 || !verdict.crossed) return verdict;
    const { policy, value } = verdict;
    const threshold = relaxed(policy.threshold, factor);
    return {
      ...verdict,
      policy: { ...policy, threshold },
      crossed: crosses(value, threshold, policy.compare),
    };
  }

  #follow(quality: number): void {
    const { drop, evals, window } = this.#params;
    if (this.#left > 0) this.#left -= 1;
    if (Number.isNaN(quality)) return;
    const expected = this.#expected ?? quality;
    if (quality < expected - drop) this.#left = evals;
    this.#expected = expected + (2 / (window + 1)) * (quality - expected);
  }

  protected override extra(): Readonly<Record<string, Json>> {
    return { expected: this.#expected, left: this.#left };
  }
}

const kinds = {
  anyOf: AnyOf,
  allOf: AllOf,
  afterWarmup: AllOf,
  sequence: Sequence,
  guard: Guard,
  relaxing: Relaxing,
};

/**
 * A composite policy at work on one run:
 * - `anyOf` crosses where a member does; `allOf` where all members do at the same checkpoint;
 * - `afterWarmup` is its members (all of them) behind a warm-up of its own;
 * - `sequence`: members take turns; when one crosses, the next starts afresh at the checkpoint after;
 * - `guard`: the first member's crossing stands, and takes effect at the first checkpoint from there on where all the
 *   other members cross, so that a metric which still improves is protected;
 * - `relaxing`: one member, whose threshold counts as `factor` times as high for `evals` evaluations after quality has
 *   fallen more than `drop` below its exponential mean over `window` evaluations: a run in trouble gets time to recover.
 *
 * A member whose action is not to stop speaks where it crosses and starts afresh; in a `sequence` the next takes over.
 */
export function compositeRule(policy: CompositePolicy, parts: Parts, state?: Json): Rule {
  return new kinds[policy.criterion](policy, parts, state);
}
