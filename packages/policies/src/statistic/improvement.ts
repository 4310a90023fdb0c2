import { field, type Json, type NanRule, packNumber, unpackNumber } from "@stopwise/core";

/** How much better than the reference a value must be to count as an improvement. */
export interface ImprovementRule {
  /** 1 when more is better, -1 when less is. */
  readonly sign: 1 | -1;
  readonly minDelta: number;
  readonly minDeltaMode: "deadBand" | "ratchet" | "relative";
  /** Whether a value equal to the reference is good. */
  readonly tie: "bad" | "good";
  readonly nan: NanRule;
  /** The reference before the first value, in its own orientation; default none: the first finite value is good. */
  readonly first?: number | undefined;
}

/** What a value was: an improvement, none, as if not there, or a reason to stop at once. */
export type Judgement = "good" | "bad" | "absent" | "halt";

/** Whether v improves on the reference; both in "more is better" orientation and finite. */
function improves(rule: ImprovementRule, v: number, best: number): boolean {
  const { minDelta, minDeltaMode } = rule;
  if (v === best) return rule.tie === "good";
  if (minDeltaMode === "deadBand") return v - minDelta > best;
  if (minDeltaMode === "ratchet") return v > best && v - best > minDelta;
  return v - minDelta * Math.abs(best) > best;
}

/**
 * The reference that improvement is measured against, with v and r in "more is better" orientation:
 * - `deadBand`: good iff v - minDelta > r; the reference moves to v when good (Keras, Lightning);
 * - `ratchet`: good iff v > r and v - r > minDelta; the reference moves on every strict gain (Hugging Face);
 * - `relative`: good iff v - minDelta * |r| > r; the reference moves when good.
 *
 * Equality with the margin is not an improvement. The first finite value is good. Before it, non-finite values are
 * `absent` unless the rule is `stop` or `poison`: a series that is not logged at all never counts as stale.
 */
export class Reference {
  readonly #rule: ImprovementRule;
  #best: number;
  #seen: boolean;

  constructor(rule: ImprovementRule, state?: Json) {
    this.#rule = rule;
    this.#best =
      state === undefined ? rule.sign * (rule.first ?? Number.NaN) : unpackNumber(field(state, "best"));
    this.#seen = field(state, "seen") === true;
  }

  /** The reference in its own orientation; NaN before the first value and once poisoned. */
  get best(): number {
    return this.#rule.sign * this.#best;
  }

  /** Judges the next value and moves the reference. */
  judge(value: number): Judgement {
    const v = this.#rule.sign * value;
    if (!Number.isFinite(v)) return this.#judgeNonFinite();
    const isFirst = !this.#seen;
    this.#seen = true;
    if (isFirst && this.#rule.first === undefined) {
      this.#best = v;
      return "good";
    }
    const good = improves(this.#rule, v, this.#best);
    if (good || (this.#rule.minDeltaMode === "ratchet" && v > this.#best)) this.#best = v;
    return good ? "good" : "bad";
  }

  #judgeNonFinite(): Judgement {
    const { nan } = this.#rule;
    if (nan === "stop") return "halt";
    if (nan === "ignore") return "absent";
    if (nan === "poison") {
      const first = !this.#seen;
      this.#best = Number.NaN;
      this.#seen = true;
      return first ? "good" : "bad";
    }
    return this.#seen ? "bad" : "absent";
  }

  /** Everything needed to go on. */
  state(): Json {
    return { best: packNumber(this.#best), seen: this.#seen };
  }
}
