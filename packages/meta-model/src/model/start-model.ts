import { type SimplePolicy, weightedQuantile } from "@stopwise/core";
import type { PolicyPrediction } from "../choice/prediction.ts";
import { defaultClip } from "../certificates/bound.ts";
import { clipPrediction, predictionOf, predictionOn, tailLevels } from "../choice/prediction.ts";
import {
  FittedForest,
  FittedKernel,
  type Neighbours,
  TaskDistance,
  type TrainingSet,
} from "@stopwise/learners";
import { canSave, stopTiming, type StopTiming } from "../population/earliest-stop.ts";
import { SettingGrid } from "../portfolio/policy-family.ts";
import type { Container } from "../file/container.ts";
import { readForest } from "../file/forest-sections.ts";
import { OutcomeRows } from "../file/outcome-rows.ts";
import { dequantised } from "../file/quantised.ts";
import type { KeptRunFacts, StartHeader } from "./start-header.ts";

/** Runs that a model keeps; arrays as in the file, 16-bit outcomes. */
export interface KeptRuns extends KeptRunFacts {
  readonly nRuns: number;
  readonly groups: Int32Array;
  readonly complete: Uint8Array;
  /** Whether nothing that is known of a run lies outside the range of the population. */
  readonly inside: Uint8Array;
  /** `[nRuns, nSettings]` */
  readonly emLoss: Uint16Array;
  /** Predictions made without the run's group, `[nRuns, nTargets]`. */
  readonly predictions: Uint16Array;
}

/** Runs that predictions are made from. */
export interface FitRuns extends KeptRuns {
  /** `[nRuns, nSettings]` */
  readonly saving: Uint16Array;
}

/** A prediction with what speaks for it: views on room of the model, valid until it predicts again. */
export interface StartPrediction {
  readonly prediction: PolicyPrediction;
  readonly neighbours: Neighbours;
  /** How much of the prediction is the neighbours'; the rest is that of all runs. */
  readonly share: number;
}

/** Room for the choice among some candidates, used again by every call. */
export interface ChoiceRoom {
  /** `[nAllowed]` */
  readonly saving: Float64Array;
  /** `[nAllowed]` */
  readonly risk: Float64Array;
  /** `[nCandidates]` */
  readonly risks: Float64Array;
}

/** Mean and 5 % to 95 % range of an outcome. */
export interface OutcomeRange {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The middle, where it parts from the mean. */
  readonly median?: number;
}

/** What a setting is expected to do for a task. */
export interface SettingOutcome {
  readonly saving: OutcomeRange;
  /** Clipped as means are. */
  readonly emLoss: OutcomeRange;
  readonly emLossUnclipped: number;
}

/** A range that holds its mean; the middle is told where the two part by more than a point. */
function holding(mean: number, { low, high, median }: Omit<OutcomeRange, "mean">): OutcomeRange {
  const range = { mean, low: Math.min(low, mean), high: Math.max(high, mean) };
  return median !== undefined && Math.abs(median - mean) > 0.01 ? { ...range, median } : range;
}

const nPerCandidate = 2 + tailLevels.length;

/** The start-of-run part of a model: what it predicts for a task, and the runs that calibrate it. */
export class StartModel {
  readonly header: StartHeader;
  readonly grid: SettingGrid;
  readonly fit: FitRuns;
  readonly calibration: KeptRuns;
  readonly #overall: Float64Array;
  readonly #rows: OutcomeRows;
  /** Room for one prediction, `[nTargets]`, and its parts: a new array a call would be collected in the middle of one. */
  readonly #row: Float64Array;
  readonly #prediction: PolicyPrediction;
  /** What each run counts in the prediction for all tasks alike; sums to 1, `[nRuns]`. */
  readonly #alike: Float64Array;
  /** Room for outcomes of runs, and for what each counts in a prediction, `[nRuns]`. */
  readonly #outcomes: Float64Array;
  readonly #counts: Float64Array;
  /** Rooms by how many candidates may be chosen: one for all, one for each trainer. */
  readonly #rooms = new Map<number, ChoiceRoom>();
  /** Positions by the function that allows them; a question asks with the same function again. */
  readonly #positions = new WeakMap<(policy: SimplePolicy) => boolean, readonly number[]>();
  readonly #everyPosition: readonly number[];
  /** What holds each setting back, `[nSettings]`; made when it is first asked for. */
  #timings: readonly StopTiming[] | undefined;
  #alikePrediction: PolicyPrediction | undefined;
  #remembered: Map<KeptRuns, PolicyPrediction[]> | undefined;
  readonly #near: (features: Float64Array) => { near: Neighbours; share: number };

  constructor(container: Container, header: StartHeader, prefix: string) {
    this.header = header;
    this.grid = new SettingGrid(header.families);
    const nFeatures = header.kinds.length;
    const flat = container.section(`${prefix}.fit.features`, "f64");
    this.fit = {
      ...keptRuns(container, `${prefix}.fit`),
      saving: container.section(`${prefix}.fit.saving`, "u16"),
    };
    const features = this.fit.ids.map((_, run) => flat.subarray(run * nFeatures, (run + 1) * nFeatures));
    this.calibration = keptRuns(container, `${prefix}.calibration`);
    this.#overall = Float64Array.from(container.section(`${prefix}.overall`, "f64"));
    const { saving, emLoss } = this.fit;
    const { candidates } = header;
    this.#everyPosition = candidates.map((_, position) => position);
    this.#rows = new OutcomeRows({ saving, emLoss, nSettings: this.grid.nSettings, candidates });
    this.#row = new Float64Array(this.#overall.length);
    this.#prediction = predictionOn(this.#row, candidates.length);
    this.#outcomes = new Float64Array(this.fit.nRuns);
    this.#counts = new Float64Array(this.fit.nRuns);
    const weights = container.section(`${prefix}.fit.weights`, "f64");
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#alike = Float64Array.from(weights, (weight) => weight / total);
    const training: TrainingSet = {
      features,
      kinds: header.kinds,
      targets: new Float32Array(0),
      nTargets: 0,
      weights,
      groups: this.fit.groups,
    };
    const distance = new TaskDistance(training);
    const trees = (): ReturnType<typeof readForest> => readForest(`${prefix}.forest`, container);
    this.#near = nearOf(header, { training, distance, trees });
  }

  /** Expected outcomes of a task under every candidate, from the heaviest past runs. */
  predict(features: Float64Array): StartPrediction {
    const { near, share } = this.#near(features);
    const row = this.#row;
    for (let t = 0; t < row.length; t++) row[t] = (1 - share) * this.#overall[t]!;
    this.#rows.addTo(row, near, share);
    clipPrediction(this.#prediction);
    return { prediction: this.#prediction, neighbours: near, share };
  }

  /**
   * What a setting is expected to do for a task, from what it did on the runs that the prediction is made from: its
   * neighbours, and with the rest of its weight all runs. The means are those that settings are chosen by, the loss
   * clipped; a quantile is the smallest outcome with at least that share of weight at or below it, and the range is
   * widened to hold the mean where that lies outside. Zeros for a setting that cannot save anything of so many
   * evaluations, and without any run.
   *
   * @param from the prediction
   * @param setting a number of the grid
   * @param evals evaluations planned, where known
   */
  outcomeOf(
    from: Pick<StartPrediction, "neighbours" | "share">,
    setting: number,
    evals: number | null | undefined,
  ): SettingOutcome {
    const nothing = { mean: 0, low: 0, high: 0 };
    if (!this.canSave(setting, evals)) return { saving: nothing, emLoss: nothing, emLossUnclipped: 0 };
    const { mean, ...saving } = this.#outcomeRange(this.fit.saving, from, { setting, clip: 1 });
    const loss = this.#outcomeRange(this.fit.emLoss, from, { setting, clip: defaultClip });
    return {
      saving: holding(mean, saving),
      emLoss: holding(loss.mean, loss),
      emLossUnclipped: loss.unclipped,
    };
  }

  #outcomeRange(
    outcome: Uint16Array,
    { neighbours: { runs, weights }, share }: Pick<StartPrediction, "neighbours" | "share">,
    { setting, clip }: { setting: number; clip: number },
  ): OutcomeRange & { unclipped: number } {
    const size = share < 1 ? this.fit.nRuns : runs.length;
    const values = this.#outcomes.subarray(0, size);
    const counts = this.#counts.subarray(0, size);
    const column = (run: number): number => dequantised(outcome[run * this.grid.nSettings + setting]!);
    if (share < 1) {
      for (let run = 0; run < size; run++) {
        counts[run] = (1 - share) * this.#alike[run]!;
        values[run] = column(run);
      }
      for (let k = 0; k < runs.length; k++) counts[runs[k]!]! += share * weights[k]!;
    } else {
      for (let k = 0; k < size; k++) {
        counts[k] = weights[k]!;
        values[k] = column(runs[k]!);
      }
    }
    if (size === 0) return { mean: 0, low: 0, high: 0, median: 0, unclipped: 0 };
    let [mean, unclipped] = [0, 0];
    for (let k = 0; k < size; k++) {
      mean += Math.min(values[k]!, clip) * counts[k]!;
      unclipped += values[k]! * counts[k]!;
    }
    const quantile = (share: number): number => weightedQuantile(values, counts, share);
    return { mean, low: quantile(0.05), high: quantile(0.95), median: quantile(0.5), unclipped };
  }

  /** Whether a setting can stop a run of so many evaluations before its last one; unknown evaluations do not speak against it. */
  canSave(setting: number, evals: number | null | undefined): boolean {
    this.#timings ??= Array.from({ length: this.grid.nSettings }, (_, k) =>
      stopTiming(this.grid.policyOf(k)),
    );
    return canSave(this.#timings[setting]!, evals);
  }

  /** What is expected of every task alike. */
  get overall(): PolicyPrediction {
    return (this.#alikePrediction ??= predictionOf(this.#overall, this.header.candidates.length));
  }

  /**
   * Positions in the candidates whose policies can be carried out, in rising order; all of them where nothing limits.
   *
   * @param expressible asked once for each candidate
   */
  positionsOf(expressible?: (policy: SimplePolicy) => boolean): readonly number[] {
    if (expressible === undefined) return this.#everyPosition;
    const known = this.#positions.get(expressible);
    if (known !== undefined) return known;
    const { candidates } = this.header;
    const positions = this.#everyPosition.filter((k) => expressible(this.grid.policyOf(candidates[k]!)));
    this.#positions.set(expressible, positions);
    return positions;
  }

  /** The room for a choice among so many candidates: what it holds is valid until it is asked for again. */
  choiceRoom(nAllowed: number): ChoiceRoom {
    const known = this.#rooms.get(nAllowed);
    if (known !== undefined) return known;
    const room = {
      saving: new Float64Array(nAllowed),
      risk: new Float64Array(nAllowed),
      risks: new Float64Array(this.header.candidates.length),
    };
    this.#rooms.set(nAllowed, room);
    return room;
  }

  /** Keeps every kept prediction that is asked for in memory: for many questions in a row. */
  rememberPredictions(): void {
    this.#remembered ??= new Map();
  }

  /** A kept prediction, as it was made when the model was trained. */
  keptPrediction(runs: KeptRuns, run: number): PolicyPrediction {
    if (this.#remembered === undefined) return this.#readPrediction(runs, run);
    const ofRuns = this.#remembered.get(runs) ?? [];
    this.#remembered.set(runs, ofRuns);
    return (ofRuns[run] ??= this.#readPrediction(runs, run));
  }

  #readPrediction(runs: KeptRuns, run: number): PolicyPrediction {
    const n = this.header.candidates.length;
    const width = n * nPerCandidate;
    const row = Float64Array.from(runs.predictions.subarray(run * width, (run + 1) * width), dequantised);
    return predictionOf(row, n);
  }
}

function nearOf(
  header: StartHeader,
  {
    training,
    distance,
    trees,
  }: { training: TrainingSet; distance: TaskDistance; trees: () => ReturnType<typeof readForest> },
): (features: Float64Array) => { near: Neighbours; share: number } {
  if (header.estimator === "forest") {
    const forest = new FittedForest(training, { trees: trees(), unseen: [] });
    return (features) => ({ near: forest.neighbours(features), share: 1 });
  }
  const kernel = new FittedKernel(training, header.smoothing, distance);
  if (header.estimator === "kernel") return (features) => kernel.local(features);
  return (features) => ({ near: kernel.neighbours(features), share: 0 });
}

function keptRuns(container: Container, prefix: string): KeptRuns {
  const text = new TextDecoder().decode(container.section(`${prefix}.facts`, "u8"));
  const facts = JSON.parse(text) as KeptRunFacts;
  return {
    ...facts,
    nRuns: facts.ids.length,
    groups: container.section(`${prefix}.groups`, "i32"),
    complete: container.section(`${prefix}.complete`, "u8"),
    inside: container.section(`${prefix}.inside`, "u8"),
    emLoss: container.section(`${prefix}.emLoss`, "u16"),
    predictions: container.section(`${prefix}.predictions`, "u16"),
  };
}
