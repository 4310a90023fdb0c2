import type { CompositePolicy, SimplePolicy } from "@stopwise/core";
import type { StopperContext } from "./context.ts";
import { field, type Json } from "./json.ts";
import type { Observation } from "./observation.ts";
import type { Rule, Verdict } from "./rule.ts";
import { isWarm } from "./warmup.ts";

interface Parts {
  readonly members: Rule[];
  readonly restart: (member: number) => Rule;
  readonly context: StopperContext;
}

/** The verdict of a member that speaks for the whole: one that crossed if any, else the first. */
function spokesman(verdicts: readonly Verdict[], crossed: boolean): Verdict {
  const speaker = verdicts.find((verdict) => verdict.crossed) ?? verdicts[0]!;
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
    return { ...verdict, crossed: false };
  }

  protected override extra(): Readonly<Record<string, Json>> {
    return { turn: this.#turn };
  }
}

const kinds = { anyOf: AnyOf, allOf: AllOf, afterWarmup: AllOf, sequence: Sequence, guard: Guard };

/**
 * A composite policy at work on one run:
 * - `anyOf` crosses where a member does; `allOf` where all members do at the same checkpoint;
 * - `afterWarmup` is its members (all of them) behind a warm-up of its own;
 * - `sequence`: members take turns; when one crosses, the next starts afresh at the checkpoint after;
 * - `guard`: the first member's crossing stands, and takes effect at the first checkpoint from there on where all the
 *   other members cross, so that a metric which still improves is protected.
 */
export function compositeRule(policy: CompositePolicy, parts: Parts, state?: Json): Rule {
  return new kinds[policy.criterion](policy, parts, state);
}
