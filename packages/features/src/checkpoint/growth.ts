import { describe, type CheckpointFeature } from "./feature.ts";
import { push, type Memory } from "./memory.ts";
import type { PositionTracker } from "./position.ts";
import type { QualityTracker } from "./quality.ts";

const inf = Infinity;
const capacity = 48;

/** What the growth of the best score over the doublings of cost says about the growth to come. */
export const growthFeatures: readonly CheckpointFeature[] = describe("extrapolation", [
  ["gainSinceHalf", "score", 0, 1],
  ["gainSinceThreeQuarters", "score", 0, 1],
  ["gainQuarterToHalf", "score", 0, 1],
  ["doublingRatio", "ratio", 0, inf],
  ["powerLawGain", "score", 0, inf],
  ["linearGain", "score", -inf, inf],
  ["headroomShare", "share of what was missing at first", 0, 1],
]);

/**
 * Keeps the best score as a step function of cost in at most 48 knots. When they are used up, the knot whose
 * removal leaves the smallest gap in log cost goes: the grid stays dense near the present, O(48) an observation.
 */
export class GrowthTracker {
  readonly #cost: Float64Array;
  readonly #best: Float64Array;
  readonly #first: Float64Array;

  constructor(memory: Memory) {
    this.#cost = memory.take(capacity);
    this.#best = memory.take(capacity);
    this.#first = memory.take(1);
  }

  observe(position: PositionTracker, quality: QualityTracker): void {
    if (Number.isNaN(quality.best) || !(position.cost > 0)) return;
    if (Number.isNaN(this.#first[0]!)) this.#first[0] = quality.best;
    if (!Number.isNaN(this.#cost[0]!)) this.#forget();
    push(this.#cost, position.cost);
    push(this.#best, quality.best);
  }

  #forget(): void {
    let least = 1;
    let gap = Infinity;
    for (let i = 1; i < capacity - 1; i++) {
      const ratio = this.#cost[i + 1]! / this.#cost[i - 1]!;
      if (ratio < gap) {
        gap = ratio;
        least = i;
      }
    }
    this.#cost.copyWithin(1, 0, least);
    this.#best.copyWithin(1, 0, least);
  }

  /** Best score at a cost: the last knot not beyond it; the first knot where all are beyond it; NaN without knots. */
  #bestAt(cost: number): number {
    let i = capacity - 1;
    while (i > 0 && this.#cost[i]! > cost && !Number.isNaN(this.#cost[i - 1]!)) i -= 1;
    return this.#best[i]!;
  }

  write(out: Float64Array, at: number, position: PositionTracker, quality: QualityTracker): void {
    const { cost, progress } = position;
    const now = quality.best;
    const half = this.#bestAt(cost / 2);
    const recent = now - half;
    const before = half - this.#bestAt(cost / 4);
    const ratio = (recent + 1e-4) / (before + 1e-4);
    const first = this.#first[0]!;
    out[at] = recent;
    out[at + 1] = now - this.#bestAt((3 * cost) / 4);
    out[at + 2] = before;
    out[at + 3] = ratio;
    out[at + 4] = powerLawGain(recent, ratio, progress);
    out[at + 5] = (recent * 2 * (1 - progress)) / progress;
    out[at + 6] = (now - first) / (1 - first + 1e-9);
  }
}

/**
 * Gain still to come when every doubling of cost adds `ratio` times what the one before added:
 * recent * ratio * (1 - ratio^n) / (1 - ratio) with n = log2(1 / progress) doublings to go; ratio is kept in
 * [0, 1.5]. NaN without a plan.
 */
function powerLawGain(recent: number, ratio: number, progress: number): number {
  const doublings = Math.max(0, Math.log2(1 / progress));
  const r = Math.min(ratio, 1.5);
  return Math.abs(r - 1) < 1e-6 ? recent * doublings : (recent * r * (1 - r ** doublings)) / (1 - r);
}
