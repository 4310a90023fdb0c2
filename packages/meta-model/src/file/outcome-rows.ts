import { tailLevels } from "../choice/prediction.ts";
import type { Neighbours } from "@stopwise/learners";
import { dequantised, firstAbove } from "./quantised.ts";

/** Outcomes as a model keeps them, and the settings that predictions are made for. */
export interface KeptOutcomes {
  /** `[nRuns, nSettings]` */
  readonly saving: Uint16Array;
  /** `[nRuns, nSettings]` */
  readonly emLoss: Uint16Array;
  readonly nSettings: number;
  /** `[nCandidates]` */
  readonly candidates: readonly number[];
}

/** The smallest kept losses above each tail level. */
const tailCuts = tailLevels.map((level) => firstAbove(level + 1e-7));

/** Rows that one pass adds: the sum of a target then stays in a register, which halves the time. */
const nTogether = 4;

/** The runs of a model as rows of targets: each is decoded when it is first a neighbour, and kept. */
export class OutcomeRows {
  readonly #kept: KeptOutcomes;
  /** Which runs are decoded, `[nRuns]`. */
  readonly #isDecoded: Uint8Array;
  /** Saving, then loss up to 0.2, `[nRuns, 2 nCandidates]`. */
  readonly #numbers: Float64Array;
  /** Whether the loss is above each tail level, `[nRuns, nLevels nCandidates]`. */
  readonly #events: Uint8Array;

  constructor(kept: KeptOutcomes) {
    const nRuns = kept.saving.length / kept.nSettings;
    const n = kept.candidates.length;
    this.#kept = kept;
    this.#isDecoded = new Uint8Array(nRuns);
    this.#numbers = new Float64Array(nRuns * 2 * n);
    this.#events = new Uint8Array(nRuns * tailLevels.length * n);
  }

  /**
   * Adds the targets of neighbours to a row of targets, each times its weight and a share, in the order of the
   * neighbours: nNeighbours x nTargets steps. The two loops are alike, and apart because each is fast for one type of
   * array only.
   *
   * @param row `[nTargets]` as `predictionOf` reads it
   * @param near runs and weights
   * @param share of the prediction that is the neighbours'
   */
  addTo(row: Float64Array, near: Neighbours, share: number): void {
    const { runs, weights } = near;
    const numbers = this.#numbers;
    const events = this.#events;
    const nNumbers = 2 * this.#kept.candidates.length;
    const nEvents = row.length - nNumbers;
    for (let k = 0; k < runs.length; k += nTogether) {
      const [a, b, c, d] = [
        this.#at(runs, k),
        this.#at(runs, k + 1),
        this.#at(runs, k + 2),
        this.#at(runs, k + 3),
      ];
      const wa = share * weights[k]!;
      const wb = share * (weights[k + 1] ?? 0);
      const wc = share * (weights[k + 2] ?? 0);
      const wd = share * (weights[k + 3] ?? 0);
      const [na, nb, nc, nd] = [a * nNumbers, b * nNumbers, c * nNumbers, d * nNumbers];
      for (let t = 0; t < nNumbers; t++) {
        row[t] =
          row[t]! +
          wa * numbers[na + t]! +
          wb * numbers[nb + t]! +
          wc * numbers[nc + t]! +
          wd * numbers[nd + t]!;
      }
      const [ea, eb, ec, ed] = [a * nEvents, b * nEvents, c * nEvents, d * nEvents];
      for (let t = 0; t < nEvents; t++) {
        row[nNumbers + t] =
          row[nNumbers + t]! +
          wa * events[ea + t]! +
          wb * events[eb + t]! +
          wc * events[ec + t]! +
          wd * events[ed + t]!;
      }
    }
  }

  /** The k-th neighbour, decoded; beyond the last one that one again, to be counted 0 times. */
  #at(runs: Int32Array, k: number): number {
    const run = runs[Math.min(k, runs.length - 1)]!;
    if (this.#isDecoded[run] === 0) this.#decode(run);
    return run;
  }

  #decode(run: number): void {
    const { saving, emLoss, nSettings, candidates } = this.#kept;
    const n = candidates.length;
    for (let c = 0; c < n; c++) {
      const cell = run * nSettings + candidates[c]!;
      const loss = emLoss[cell]!;
      this.#numbers[run * 2 * n + c] = dequantised(saving[cell]!);
      this.#numbers[(run * 2 + 1) * n + c] = Math.min(dequantised(loss), 0.2);
      for (let t = 0; t < tailCuts.length; t++) {
        if (loss >= tailCuts[t]!) this.#events[(run * tailCuts.length + t) * n + c] = 1;
      }
    }
    this.#isDecoded[run] = 1;
  }
}
