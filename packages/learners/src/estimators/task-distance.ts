import type { TrainingSet } from "./estimator.ts";

/** Squared difference that a value known on one side only stands for, in units of the feature's spread. */
const unknownPenalty = 1;
const categoryPenalty = 2;

/**
 * Squared distance between two tasks: the mean over the features that vary of
 * ((x - y) / spread)^2 for numbers (capped at 9), 2 for different categories, 1 where only one side is known, 0 where
 * neither is.
 */
export class TaskDistance {
  readonly #scale: Float64Array;
  readonly #isCategory: Uint8Array;
  readonly #nVarying: number;
  /** Share of the runs that know each feature. */
  readonly #known: Float64Array;
  /** Features of the training set by column, `[nFeatures, nRuns]`. */
  readonly #columns: Float64Array;
  /** Sums of one call, `[nRuns]`. */
  readonly #sums: Float64Array;

  constructor(training: Pick<TrainingSet, "features" | "kinds" | "weights">) {
    const { features, kinds, weights } = training;
    const [nFeatures, nRuns] = [kinds.length, features.length];
    this.#isCategory = Uint8Array.from(kinds, (kind) => (kind === "category" ? 1 : 0));
    this.#scale = new Float64Array(nFeatures).fill(1);
    this.#known = new Float64Array(nFeatures);
    this.#columns = new Float64Array(nFeatures * nRuns);
    this.#sums = new Float64Array(nRuns);
    let nVarying = 0;
    for (let j = 0; j < nFeatures; j++) {
      const column = this.#columns.subarray(j * nRuns, (j + 1) * nRuns);
      for (let run = 0; run < nRuns; run++) column[run] = features[run]![j]!;
      if (this.#isCategory[j] === 0) this.#scale[j] = inverseSpread(column, weights);
      this.#known[j] = nKnown(column) / Math.max(nRuns, 1);
      if (varies(column)) nVarying++;
    }
    this.#nVarying = Math.max(nVarying, 1);
  }

  /** Squared distance, >= 0; about 2 between two random tasks of the training set. */
  between(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < this.#scale.length; j++) {
      const x = a[j]!;
      const y = b[j]!;
      const xUnknown = x !== x;
      if (xUnknown || y !== y) {
        if (xUnknown !== (y !== y)) sum += unknownPenalty;
      } else if (this.#isCategory[j] === 1) {
        if (x !== y) sum += categoryPenalty;
      } else {
        const difference = (x - y) * this.#scale[j]!;
        sum += Math.min(difference * difference, 9);
      }
    }
    return sum / this.#nVarying;
  }

  /**
   * `between` a task and every run of the training set, `[nRuns]`: a feature at a time, nRuns x nFeatures steps.
   *
   * @param task features of the task, `[nFeatures]`
   * @param into where the distances are put, `[nRuns]`
   */
  toAll(task: Float64Array, into: Float64Array): Float64Array {
    into.fill(0);
    for (let j = 0; j < this.#scale.length; j++) {
      if (task[j]! !== task[j]!) this.#addUnknown(j, into);
      else this.#addKnown(j, { x: task[j]!, category: categoryPenalty, into });
    }
    for (let run = 0; run < into.length; run++) into[run]! /= this.#nVarying;
    return into;
  }

  /** The least of `toPast` over every run of the training set; +infinity without runs. */
  leastToPast(task: Float64Array): number {
    const sums = this.#sums.fill(0);
    for (let j = 0; j < this.#scale.length; j++) {
      if (task[j]! === task[j]!)
        this.#addKnown(j, { x: task[j]!, category: 2 * categoryPenalty, into: sums });
      else if (this.#known[j]! > 0) addToEach(sums, this.#known[j]! / 2);
    }
    let least = Infinity;
    for (let run = 0; run < sums.length; run++) if (sums[run]! < least) least = sums[run]!;
    return least / this.#nVarying;
  }

  /** Adds what a feature that only the runs know stands for. */
  #addUnknown(j: number, into: Float64Array): void {
    if (this.#known[j] === 0) return;
    const columns = this.#columns;
    const start = j * into.length;
    for (let run = 0; run < into.length; run++) {
      const y = columns[start + run]!;
      if (y === y) into[run]! += unknownPenalty;
    }
  }

  /** Adds the squared difference of a feature that the task knows, to every run. */
  #addKnown(j: number, { x, category, into }: { x: number; category: number; into: Float64Array }): void {
    const columns = this.#columns;
    const start = j * into.length;
    const scale = this.#scale[j]!;
    if (this.#isCategory[j] === 1) {
      for (let run = 0; run < into.length; run++) {
        const y = columns[start + run]!;
        if (y !== x) into[run]! += y === y ? category : unknownPenalty;
      }
      return;
    }
    for (let run = 0; run < into.length; run++) {
      const difference = (x - columns[start + run]!) * scale;
      const square = difference * difference;
      // NaN, unknown of the run, is not below 9.
      into[run]! += square < 9 ? square : square === square ? 9 : unknownPenalty;
    }
  }

  /**
   * How far a new task lies from a past run, for the out-of-distribution gate: the mean over the features that vary of
   * the squared differences as in `between`, a different category counting 4, and for what is unknown of the new task
   * half the share of past runs that know it. Unknown of the past run alone counts 1.
   */
  toPast(task: Float64Array, past: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < this.#scale.length; j++) {
      const x = task[j]!;
      const y = past[j]!;
      if (x !== x) sum += this.#known[j]! / 2;
      else if (y !== y) sum += unknownPenalty;
      else if (this.#isCategory[j] === 1) sum += x === y ? 0 : 2 * categoryPenalty;
      else sum += Math.min(((x - y) * this.#scale[j]!) ** 2, 9);
    }
    return sum / this.#nVarying;
  }
}

function addToEach(sums: Float64Array, value: number): void {
  for (let run = 0; run < sums.length; run++) sums[run]! += value;
}

function nKnown(column: Float64Array): number {
  let known = 0;
  for (let run = 0; run < column.length; run++) if (column[run]! === column[run]!) known++;
  return known;
}

/** Whether a feature takes two values, unknown being one. */
function varies(column: Float64Array): boolean {
  for (let run = 1; run < column.length; run++) if (!Object.is(column[run], column[0])) return true;
  return false;
}

/** 1 / weighted standard deviation of the known values of a feature; 1 where it does not vary. */
function inverseSpread(column: Float64Array, weights: Float64Array): number {
  let total = 0;
  let mean = 0;
  let square = 0;
  for (let run = 0; run < column.length; run++) {
    const value = column[run]!;
    if (Number.isNaN(value)) continue;
    const weight = weights[run]!;
    total += weight;
    const step = ((value - mean) * weight) / total;
    square += weight * (value - mean) * (value - mean - step);
    mean += step;
  }
  const spread = Math.sqrt(square / total);
  return spread > 1e-9 ? 1 / spread : 1;
}
