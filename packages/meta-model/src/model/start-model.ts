import type { MetricClass } from "@stopwise/core";
import type { PolicyPrediction } from "../choice/prediction.ts";
import { predictionOf, tailLevels } from "../choice/prediction.ts";
import type { ChoiceRule } from "../choice/choose.ts";
import type { Neighbours, TrainingSet } from "../estimators/estimator.ts";
import { FittedForest } from "../estimators/forest.ts";
import { FittedKernel, type Smoothing } from "../estimators/kernel.ts";
import { TaskDistance } from "../estimators/task-distance.ts";
import { SettingGrid, type PolicyFamily } from "../portfolio/policy-family.ts";
import type { Container } from "./container.ts";
import { readForest } from "./forest-sections.ts";
import { dequantised } from "./quantised.ts";

/** The part of a model's header that is about one kind of runs. */
export interface StartHeader {
  readonly kind: "quality" | "loss";
  readonly families: readonly PolicyFamily[];
  /** Settings that predictions are made for; 0, never-stop, is the first. */
  readonly candidates: readonly number[];
  /** Per trainer, positions in `candidates` that it can express exactly. */
  readonly targets: Readonly<Record<string, readonly number[]>>;
  readonly rule: ChoiceRule["kind"];
  readonly estimator: "constant" | "kernel" | "forest";
  readonly smoothing: Smoothing;
  /** Distance beyond which a task is out of distribution. */
  readonly gate: number;
  readonly kinds: readonly ("number" | "category")[];
  readonly costUnit: "tokens" | "steps" | "epochs";
  readonly fit: { readonly ids: readonly string[]; readonly classes: readonly MetricClass[] };
  readonly calibration: { readonly classes: readonly MetricClass[]; readonly nGroups: number };
}

/** Runs that a model keeps; arrays as in the file, 16-bit outcomes. */
export interface KeptRuns {
  readonly nRuns: number;
  readonly classes: readonly MetricClass[];
  readonly groups: Int32Array;
  readonly complete: Uint8Array;
  /** Distance to the nearest run of another group that the model was fitted on. */
  readonly distances: Float64Array;
  /** `[nRuns, nSettings]` */
  readonly emLoss: Uint16Array;
  /** Predictions made without the run's group, `[nRuns, nTargets]`. */
  readonly predictions: Uint16Array;
}

/** Runs that predictions are made from. */
export interface FitRuns extends KeptRuns {
  readonly ids: readonly string[];
  /** `[nRuns, nSettings]` */
  readonly saving: Uint16Array;
}

/** A prediction with what speaks for it. */
export interface StartPrediction {
  readonly prediction: PolicyPrediction;
  readonly neighbours: Neighbours;
}

const nPerCandidate = 2 + tailLevels.length;

/** The start-of-run part of a model: what it predicts for a task, and the runs that calibrate it. */
export class StartModel {
  readonly header: StartHeader;
  readonly grid: SettingGrid;
  readonly fit: FitRuns;
  readonly calibration: KeptRuns;
  readonly #overall: Float64Array;
  /** Room for one prediction, `[nTargets]`; `predictionOf` copies out of it. */
  readonly #row: Float64Array;
  readonly #distance: TaskDistance;
  readonly #features: readonly Float64Array[];
  #remembered: Map<KeptRuns, PolicyPrediction[]> | undefined;
  readonly #near: (features: Float64Array) => { near: Neighbours; share: number };

  constructor(container: Container, header: StartHeader, prefix: string) {
    this.header = header;
    this.grid = new SettingGrid(header.families);
    const nFeatures = header.kinds.length;
    const flat = container.section(`${prefix}.fit.features`, "f64");
    this.#features = header.fit.ids.map((_, run) => flat.subarray(run * nFeatures, (run + 1) * nFeatures));
    this.fit = {
      ...keptRuns(container, `${prefix}.fit`, header.fit.classes),
      ids: header.fit.ids,
      saving: container.section(`${prefix}.fit.saving`, "u16"),
    };
    this.calibration = keptRuns(container, `${prefix}.calibration`, header.calibration.classes);
    this.#overall = Float64Array.from(container.section(`${prefix}.overall`, "f64"));
    this.#row = new Float64Array(this.#overall.length);
    const training: TrainingSet = {
      features: this.#features,
      kinds: header.kinds,
      targets: new Float32Array(0),
      nTargets: 0,
      weights: container.section(`${prefix}.fit.weights`, "f64"),
      groups: this.fit.groups,
    };
    this.#distance = new TaskDistance(training);
    this.#near = nearOf(training, header, () => readForest(`${prefix}.forest`, container));
  }

  /** Distance of a task to the nearest run that predictions are made from. */
  distanceTo(features: Float64Array): number {
    let least = Infinity;
    for (const row of this.#features) least = Math.min(least, this.#distance.toPast(features, row));
    return least;
  }

  /** Expected outcomes of a task under every candidate, from the heaviest past runs. */
  predict(features: Float64Array): StartPrediction {
    const { near, share } = this.#near(features);
    const { candidates } = this.header;
    const n = candidates.length;
    const row = this.#row;
    for (let t = 0; t < row.length; t++) row[t] = (1 - share) * this.#overall[t]!;
    for (let k = 0; k < near.runs.length; k++) {
      this.#addOutcomes(row, near.runs[k]!, share * near.weights[k]!);
    }
    return { prediction: predictionOf(row, n), neighbours: near };
  }

  #addOutcomes(row: Float64Array, run: number, weight: number): void {
    const { candidates } = this.header;
    const n = candidates.length;
    const { saving, emLoss } = this.fit;
    const start = run * this.grid.nSettings;
    for (let c = 0; c < n; c++) {
      const cell = start + candidates[c]!;
      const loss = dequantised(emLoss[cell]!);
      row[c]! += weight * dequantised(saving[cell]!);
      row[n + c]! += weight * Math.min(loss, 0.2);
      for (let t = 0; t < tailLevels.length; t++) {
        if (loss > tailLevels[t]! + 1e-7) row[(2 + t) * n + c]! += weight;
      }
    }
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
  training: TrainingSet,
  header: StartHeader,
  trees: () => ReturnType<typeof readForest>,
): (features: Float64Array) => { near: Neighbours; share: number } {
  if (header.estimator === "forest") {
    const forest = new FittedForest(training, { trees: trees(), unseen: [] });
    return (features) => ({ near: forest.neighbours(features), share: 1 });
  }
  const kernel = new FittedKernel(training, header.smoothing);
  if (header.estimator === "kernel") return (features) => kernel.local(features);
  return (features) => ({ near: kernel.neighbours(features), share: 0 });
}

function keptRuns(container: Container, prefix: string, classes: readonly MetricClass[]): KeptRuns {
  return {
    nRuns: classes.length,
    classes,
    groups: container.section(`${prefix}.groups`, "i32"),
    complete: container.section(`${prefix}.complete`, "u8"),
    distances: container.section(`${prefix}.distances`, "f64"),
    emLoss: container.section(`${prefix}.emLoss`, "u16"),
    predictions: container.section(`${prefix}.predictions`, "u16"),
  };
}
