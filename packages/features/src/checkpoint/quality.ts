import { describe, type CheckpointFeature } from "./feature.ts";
import { push, type Memory } from "./memory.ts";
import type { PositionTracker } from "./position.ts";
import { windowMean, windowNoise, windowRises, windowSlope } from "./window.ts";

const inf = Infinity;
const windowSize = 12;
const deadBands = [0.002, 0.005, 0.01] as const;

/** The monitored score: level, lead, staleness and slopes. */
export const qualityFeatures: readonly CheckpointFeature[] = describe("quality", [
  ["quality", "score", 0, 1],
  ["best", "score", 0, 1],
  ["drawdown", "score", 0, 1],
  ["gainSinceFirst", "score", 0, 1],
  ["staleEvals", "evaluations", 0, inf],
  ["staleShareOfEvals", "share of evaluations", 0, 1],
  ["staleShareOfCost", "share of cost so far", 0, 1],
  ["stalePlanShare", "share of plan", 0, inf],
  ["staleCost002", "share of cost so far", 0, 1],
  ["staleCost005", "share of cost so far", 0, 1],
  ["staleCost010", "share of cost so far", 0, 1],
  ["staleEvals005", "evaluations", 0, inf],
  ["lastGain", "score", 0, 1],
  ["bestGain2", "score", 0, 1],
  ["bestGain3", "score", 0, 1],
  ["bestGain5", "score", 0, 1],
  ["bestGain9", "score", 0, 1],
  ["slope3", "score per evaluation", -1, 1],
  ["slope5", "score per evaluation", -1, 1],
  ["slope10", "score per evaluation", -1, 1],
  ["mean3MinusBest", "score", -1, 1],
  ["mean3MinusMean6", "score", -1, 1],
  ["improvementShare", "share of evaluations", 0, 1],
]);

/** How noisy the score is. */
export const noiseFeatures: readonly CheckpointFeature[] = describe("noise", [
  ["noise", "score", 0, 2],
  ["noiseLong", "score", 0, 2],
  ["leadInNoise", "standard deviations", -inf, inf],
  ["rises", "share of evaluations", 0, 1],
  ["noiseGain", "score", -1, inf],
  ["quantum", "score", 0, 1],
]);

/** Follows the monitored score. An evaluation without one counts for the staleness and changes nothing else. */
export class QualityTracker {
  /** The last scores and the best score at each, `[windowSize]`, oldest first. */
  readonly values: Float64Array;
  readonly bests: Float64Array;
  readonly #count: Float64Array;
  readonly #level: Float64Array;
  readonly #bestAt: Float64Array;
  readonly #ratchet: Float64Array;
  readonly #ratchetCost: Float64Array;
  readonly #ratchetEval: Float64Array;

  constructor(memory: Memory) {
    this.values = memory.take(windowSize);
    this.bests = memory.take(windowSize);
    this.#count = memory.take(2).fill(0);
    this.#level = memory.take(5);
    this.#bestAt = memory.take(3);
    this.#ratchet = memory.take(deadBands.length);
    this.#ratchetCost = memory.take(deadBands.length);
    this.#ratchetEval = memory.take(deadBands.length);
  }

  /** Best score so far; NaN before the first. */
  get best(): number {
    return this.#level[1]!;
  }

  /** The last score; NaN before the first. */
  get last(): number {
    return this.#level[2]!;
  }

  observe(quality: number, position: PositionTracker): void {
    this.#count[0]! += 1;
    if (!Number.isNaN(quality)) this.#score(quality, position);
    push(this.values, quality);
    push(this.bests, this.best);
  }

  #score(quality: number, position: PositionTracker): void {
    const level = this.#level;
    const change = Math.abs(quality - level[2]!);
    if (change > 1e-9 && !(change >= level[3]!)) level[3] = change;
    level[2] = quality;
    if (Number.isNaN(level[0]!)) level[0] = quality;
    if (!(quality <= level[1]!)) {
      this.#count[1]! += 1;
      level[1] = quality;
      this.#bestAt.set([position.evals, position.cost, position.progress]);
    }
    for (let k = 0; k < deadBands.length; k++) {
      if (quality <= this.#ratchet[k]! + deadBands[k]!) continue;
      this.#ratchet[k] = quality;
      this.#ratchetCost[k] = position.cost;
      this.#ratchetEval[k] = position.evals;
    }
  }

  /** Best score now less the best score `evals` evaluations ago; since the first where that is later. */
  gain(evals: number): number {
    const then = this.bests[windowSize - 1 - evals]!;
    return this.best - (Number.isNaN(then) ? this.#level[0]! : then);
  }

  write(out: Float64Array, at: number, position: PositionTracker): void {
    const { evals, cost } = position;
    const [first, best, last] = this.#level;
    const stale = evals - this.#bestAt[0]!;
    const mean3 = windowMean(this.values, 3);
    out[at] = last!;
    out[at + 1] = best!;
    out[at + 2] = best! - last!;
    out[at + 3] = best! - first!;
    out[at + 4] = stale;
    out[at + 5] = stale / evals;
    out[at + 6] = (cost - this.#bestAt[1]!) / cost;
    out[at + 7] = position.progress - this.#bestAt[2]!;
    for (let k = 0; k < deadBands.length; k++) out[at + 8 + k] = (cost - this.#ratchetCost[k]!) / cost;
    out[at + 11] = evals - this.#ratchetEval[1]!;
    out[at + 12] = this.gain(1);
    out[at + 13] = this.gain(2);
    out[at + 14] = this.gain(3);
    out[at + 15] = this.gain(5);
    out[at + 16] = this.gain(9);
    out[at + 17] = windowSlope(this.values, 3);
    out[at + 18] = windowSlope(this.values, 5);
    out[at + 19] = windowSlope(this.values, 10);
    out[at + 20] = mean3 - best!;
    out[at + 21] = mean3 - windowMean(this.values, 6);
    out[at + 22] = this.#count[1]! / evals;
    this.#writeNoise(out, at + qualityFeatures.length, position);
  }

  #writeNoise(out: Float64Array, at: number, position: PositionTracker): void {
    const noise = windowNoise(this.values, 7);
    const noiseLong = windowNoise(this.values, windowSize);
    const lead = this.best - windowMean(this.values, 4);
    out[at] = noise;
    out[at + 1] = noiseLong;
    out[at + 2] = noiseLong > 0 ? lead / noiseLong : Number.NaN;
    out[at + 3] = windowRises(this.values, 8);
    out[at + 4] = noiseLong * Math.sqrt(2 * Math.log1p(position.remainingEvals)) - lead;
    out[at + 5] = this.#level[3]!;
  }
}
