import { describe, logOrMissing, type CheckpointFeature, type FeatureSource } from "./feature.ts";
import { push, type Memory } from "./memory.ts";
import { windowMean, windowSlope } from "./window.ts";

const inf = Infinity;
const windowSize = 8;

/** The features of a series that should fall, such as a loss; names start with the series' own. */
export function fallingFeatures(
  name: Extract<FeatureSource, "evalLoss" | "trainLoss" | "gradNorm">,
): readonly CheckpointFeature[] {
  return describe(name, [
    [`${name}Log`, `log(${name})`, -inf, inf],
    [`${name}OverMin`, "log(ratio)", 0, inf],
    [`${name}StaleShare`, "share of evaluations", 0, 1],
    [`${name}Fall`, "log(ratio)", 0, inf],
    [`${name}Slope3`, "log(ratio) per evaluation", -inf, inf],
    [`${name}Slope6`, "log(ratio) per evaluation", -inf, inf],
  ]);
}

/** Follows a positive series that should fall, on the logarithmic scale; values that are not positive are missing. */
export class FallingTracker {
  readonly #logs: Float64Array;
  readonly #cells: Float64Array;

  constructor(memory: Memory) {
    this.#logs = memory.take(windowSize);
    this.#cells = memory.take(4);
  }

  /** Logarithm of the last value; NaN before the first. */
  get log(): number {
    return this.#cells[2]!;
  }

  observe(value: number, evals: number): void {
    const cells = this.#cells;
    const log = logOrMissing(value);
    push(this.#logs, log);
    if (Number.isNaN(log)) return;
    if (Number.isNaN(cells[0]!)) cells[0] = log;
    if (!(log >= cells[1]!)) {
      cells[1] = log;
      cells[3] = evals;
    }
    cells[2] = log;
  }

  write(out: Float64Array, at: number, evals: number): void {
    const [first, least, last, leastAt] = this.#cells;
    out[at] = last!;
    out[at + 1] = last! - least!;
    out[at + 2] = (evals - leastAt!) / evals;
    out[at + 3] = first! - least!;
    out[at + 4] = windowSlope(this.#logs, 3);
    out[at + 5] = windowSlope(this.#logs, 6);
  }

  /** Mean logarithm of the last `size` values. */
  mean(size: number): number {
    return windowMean(this.#logs, size);
  }
}
