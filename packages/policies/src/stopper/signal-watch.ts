import { type CostUnit, field, type Json, packNumber, unpackNumber } from "@stopwise/core";
import type { LiveCheckpoint, Spent } from "./live-checkpoint.ts";

/** Signals whose absence is told once they have been there. */
const watched = ["tokens", "quality", "evalLoss", "trainLoss", "gradNorm", "lr"] as const;

const finite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** What a checkpoint costs so far, and what it lacks that was there before. */
export interface Taken extends Spent {
  /** One sentence on missing signals; undefined where none is missing. */
  readonly missing?: string | undefined;
}

/** Keeps count of which signals a run reports, and of its cost where tokens come and go. */
export class SignalWatch {
  readonly #seen: Set<string>;
  #unit: CostUnit | null;
  #step: number;
  #tokens: number;
  #widestGap: number;

  constructor(state?: Json) {
    const seen = field(state, "seen");
    this.#seen = new Set(Array.isArray(seen) ? (seen as readonly string[]) : []);
    this.#unit = (field(state, "unit") as CostUnit | null | undefined) ?? null;
    this.#step = unpackNumber(field(state, "step"));
    this.#tokens = unpackNumber(field(state, "tokens"));
    this.#widestGap = unpackNumber(field(state, "widestGap"));
  }

  /** The widest distance between two checkpoints so far, in steps; NaN before the second. */
  get widestGap(): number {
    return this.#widestGap;
  }

  /** Takes the next checkpoint; its step lies beyond the last one's. */
  take(checkpoint: LiveCheckpoint): Taken {
    this.#unit ??= finite(checkpoint.tokens) ? "tokens" : "steps";
    const gap = checkpoint.step - this.#step;
    if (!(gap <= this.#widestGap)) this.#widestGap = gap;
    const missing = watched.filter((name) => this.#seen.has(name) && !finite(checkpoint[name]));
    for (const name of watched) if (finite(checkpoint[name])) this.#seen.add(name);
    const cost = this.#costOf(checkpoint);
    this.#step = checkpoint.step;
    return {
      cost,
      unit: this.#unit,
      missing: missing.length === 0 ? undefined : warningOf(missing, checkpoint.step),
    };
  }

  /** Tokens that are not reported go on at the rate so far. */
  #costOf({ step, tokens }: LiveCheckpoint): number {
    if (this.#unit !== "tokens") return step;
    if (finite(tokens)) this.#tokens = tokens;
    else if (this.#step > 0) this.#tokens *= step / this.#step;
    return this.#tokens;
  }

  state(): Json {
    return {
      seen: [...this.#seen].sort(),
      unit: this.#unit,
      step: packNumber(this.#step),
      tokens: packNumber(this.#tokens),
      widestGap: packNumber(this.#widestGap),
    };
  }
}

function warningOf(missing: readonly string[], step: number): string {
  return `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing at step ${step}, but ${
    missing.length === 1 ? "was" : "were"
  } reported before.`;
}
