import { describe, logOrMissing, type CheckpointFeature } from "./feature.ts";
import type { Memory } from "./memory.ts";
import type { CheckpointPlan, CheckpointSignals } from "./signals.ts";

const inf = Infinity;

/** Where a run stands: evaluations, cost, and its share of the plan. */
export const positionFeatures: readonly CheckpointFeature[] = describe("position", [
  ["logEvals", "log(evaluations)", 0, inf],
  ["logStep", "log(steps)", -inf, inf],
  ["logTokens", "log(tokens)", -inf, inf],
  ["logEpoch", "log(epochs)", -inf, inf],
  ["progress", "share of plan", 0, inf],
  ["logRemainingEvals", "log(1 + evaluations)", 0, inf],
  ["progressPerEval", "share of plan", 0, inf],
  ["costGrowth", "share of cost so far", 0, 1],
]);

/** Follows cost and progress. Cost is tokens where the first checkpoint has them, else steps. */
export class PositionTracker {
  readonly #cells: Float64Array;
  readonly #plan: CheckpointPlan;
  #step = Number.NaN;
  #tokens = Number.NaN;
  #epoch = Number.NaN;

  constructor(memory: Memory, plan: CheckpointPlan) {
    this.#cells = memory.take(5);
    this.#plan = plan;
  }

  /** Evaluations seen. */
  get evals(): number {
    return this.#cells[0]! || 0;
  }

  /** Cumulative cost at the last checkpoint. */
  get cost(): number {
    return this.#cells[1]!;
  }

  /** Share of the plan that is done, the largest so far; NaN without a plan. */
  get progress(): number {
    return this.#cells[3]!;
  }

  /** Evaluations still to come if the plan holds and the cadence stays; NaN without a plan. */
  get remainingEvals(): number {
    return Math.max(0, ((1 - this.progress) / this.progress) * this.evals);
  }

  observe(signals: CheckpointSignals): void {
    const cells = this.#cells;
    cells[0] = this.evals + 1;
    if (this.evals === 1) cells[4] = signals.tokens > 0 ? 1 : 0;
    cells[2] = cells[1]!;
    cells[1] = cells[4] === 1 ? signals.tokens : signals.step;
    const share = shareOfPlan(signals, this.#plan);
    if (!Number.isNaN(share) && !(share <= cells[3]!)) cells[3] = share;
    this.#step = signals.step;
    this.#tokens = signals.tokens;
    this.#epoch = signals.epoch;
  }

  write(out: Float64Array, at: number): void {
    const [, cost, before] = this.#cells;
    out[at] = Math.log(this.evals);
    out[at + 1] = logOrMissing(this.#step);
    out[at + 2] = logOrMissing(this.#tokens);
    out[at + 3] = logOrMissing(this.#epoch);
    out[at + 4] = this.progress;
    out[at + 5] = Math.log1p(this.remainingEvals);
    out[at + 6] = this.progress / this.evals;
    out[at + 7] = (cost! - before!) / cost!;
  }
}

/** The largest share of the plan over the units in which both the plan and the position are known; NaN when none is. */
function shareOfPlan(signals: CheckpointSignals, plan: CheckpointPlan): number {
  let share = Number.NaN;
  for (const next of [signals.tokens / plan.tokens, signals.step / plan.steps, signals.epoch / plan.epochs]) {
    if (!Number.isNaN(next) && !(next <= share)) share = next;
  }
  return share;
}
