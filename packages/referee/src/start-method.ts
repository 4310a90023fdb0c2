import {
  type Bound,
  choiceLevels,
  type ChoiceRule,
  chooseAlong,
  type LevelOutcomes,
  levelQualities,
  outcomesOfSettings,
  type PolicyPrediction,
  predictionOf,
  riskOf,
  sampleOf,
  tauGrid,
  trainingPart,
} from "@stopwise/meta-model";
import type { Estimator } from "@stopwise/learners";
import { seedFor } from "@stopwise/core/random";
import { safestBest } from "./decide.ts";
import type { Ask, CertifiedPath, Method, Path } from "./method.ts";
import type { Fold, Study } from "./study.ts";

const ruleKinds: readonly ChoiceRule["kind"][] = ["constraint", "price"];

/** What an estimator that was fitted on some rows predicts: for those rows held out by group, and for others. */
interface Predictions {
  readonly candidates: readonly number[];
  /** Predictions in the order of the fitted rows, each from a fit without its group. */
  readonly held: readonly PolicyPrediction[];
  predict(row: number): PolicyPrediction;
}

/** How fits are weighted: 0 each group 1, 0.5 the root of its size, 1 each run 1. */
const groupPower = 0;

function fitOn(study: Study, rows: readonly number[], estimator: Estimator): Predictions {
  const { experience, seed } = study;
  const part = trainingPart(experience, rows, { seed: seedFor(seed, "part"), groupPower });
  const fitted = estimator.fit(part.training, { seed: seedFor(seed, estimator.name) });
  const n = part.candidates.length;
  return {
    candidates: part.candidates,
    held: rows.map((_, index) => predictionOf(fitted.predictHeldOut(index), n)),
    predict: (row) => predictionOf(fitted.predict(experience.features[row]!), n),
  };
}

/** The settings that a rule chooses at every level, `[nRuns, nLevels]`. */
function chosenSettings(
  predictions: readonly PolicyPrediction[],
  candidates: readonly number[],
  { bound, kind }: { bound: Bound; kind: ChoiceRule["kind"] },
): Int32Array {
  const levels = choiceLevels[bound.kind === "tail" ? "tail" : "mean"][kind];
  const settings = new Int32Array(predictions.length * levels.length);
  predictions.forEach((prediction, run) => {
    const risk = riskOf(prediction, bound);
    chooseAlong(prediction.saving, risk, { kind, levels }).forEach((chosen, index) => {
      settings[run * levels.length + index] = candidates[chosen]!;
    });
  });
  return settings;
}

/** Settings that calibration moves along from each run's base, never-stop first, `[nRuns, nTau]`. */
export function shiftedSettings(study: Study, bases: ArrayLike<number>): Int32Array {
  const settings = new Int32Array(bases.length * tauGrid.length);
  for (let run = 0; run < bases.length; run++) {
    tauGrid.forEach((tau, index) => {
      settings[run * tauGrid.length + index] = study.experience.grid.shifted(bases[run]!, tau);
    });
  }
  return settings;
}

/**
 * A method that chooses a policy at the start of a run, from the predictions of one or more estimators. With several it
 * takes, on the training part, the estimator and rule whose held-out decisions save most.
 */
export class StartMethod implements Method {
  readonly name: string;
  readonly severity = "largest" as const;
  readonly #estimators: readonly Estimator[];
  readonly #cache: PredictionCache;

  constructor(name: string, estimators: readonly Estimator[], cache: PredictionCache) {
    this.name = name;
    this.#estimators = estimators;
    this.#cache = cache;
  }

  paths(study: Study, fold: Fold, bound: Bound): readonly Path[] {
    return this.#estimators.flatMap((estimator) =>
      ruleKinds.map((kind) => this.#cache.path(study, { fold, estimator, kind, bound })),
    );
  }

  certifiedPath(study: Study, fold: Fold, ask: Ask): CertifiedPath {
    const { experience } = study;
    const paths = this.#estimators.flatMap((estimator) =>
      ruleKinds.map((kind) => ({
        estimator,
        kind,
        outcomes: this.#cache.fitHalf(study, { fold, estimator, kind, bound: ask.bound }),
      })),
    );
    const members = Array.from(fold.fit.keys()).filter(
      (index) => experience.complete[fold.fit[index]!]! && ask.counts(fold.fit[index]!),
    );
    const sample = sampleOf(members, (index) => experience.groups[fold.fit[index]!]!, "group");
    const nCalibration = new Set(
      fold.calibration.filter((row) => ask.counts(row)).map((row) => experience.groups[row]),
    ).size;
    const chosen = safestBest(
      paths.map((path) => path.outcomes.fit),
      (outcomes) => levelQualities(outcomes, sample, ask.bound),
      { bound: ask.bound, caution: 0, nCalibration },
    );
    const basesOf = (part: "calibration" | "judged"): number[] => {
      if (chosen === undefined) return fold[part].map(() => 0);
      const { settings, nLevels } = paths[chosen.path]!.outcomes[part];
      return fold[part].map((_, run) => settings![run * nLevels + chosen.level]!);
    };
    const shifted = (part: "calibration" | "judged"): LevelOutcomes =>
      outcomesOfSettings(experience.table, fold[part], shiftedSettings(study, basesOf(part)));
    return { calibration: shifted("calibration"), judged: shifted("judged") };
  }
}

interface PathKey {
  readonly fold: Fold;
  readonly estimator: Estimator;
  readonly kind: ChoiceRule["kind"];
  readonly bound: Bound;
}

interface HalfOutcomes {
  readonly fit: LevelOutcomes;
  readonly calibration: LevelOutcomes;
  readonly judged: LevelOutcomes;
}

/** What one fit chooses on some lists of rows, by the name of the list. */
type Chosen = Readonly<Record<string, LevelOutcomes>>;

/**
 * Fits each estimator once per fold and keeps what it chooses under every rule and kind of risk; the predictions
 * themselves, which are large, are let go.
 */
export class PredictionCache {
  readonly #bounds: readonly Bound[];
  readonly #chosen = new Map<string, Chosen>();

  /** A cache for questions whose kinds of risk are among those of some bounds. */
  constructor(bounds: readonly Bound[]) {
    this.#bounds = [...new Map(bounds.map((bound) => [riskKind(bound), bound])).values()];
  }

  path(study: Study, key: PathKey): Path {
    const chosen = this.#chosenBy(study, key, "train");
    return { name: `${key.estimator.name}/${key.kind}`, train: chosen["held"]!, judged: chosen["judged"]! };
  }

  fitHalf(study: Study, key: PathKey): HalfOutcomes {
    const chosen = this.#chosenBy(study, key, "fit");
    return { fit: chosen["held"]!, calibration: chosen["calibration"]!, judged: chosen["judged"]! };
  }

  #chosenBy(study: Study, key: PathKey, part: "train" | "fit"): Chosen {
    const name = cacheKey(study, key, part);
    if (!this.#chosen.has(name)) this.#fit(study, key, part);
    return this.#chosen.get(name)!;
  }

  #fit(study: Study, { fold, estimator, bound }: PathKey, part: "train" | "fit"): void {
    const predictions = fitOn(study, fold[part], estimator);
    const of = (rows: readonly number[]): PolicyPrediction[] => rows.map((row) => predictions.predict(row));
    const lists = [
      { name: "held", rows: fold[part], predicted: predictions.held },
      { name: "judged", rows: fold.judged, predicted: of(fold.judged) },
      ...(part === "fit"
        ? [{ name: "calibration", rows: fold.calibration, predicted: of(fold.calibration) }]
        : []),
    ];
    const bounds = this.#bounds.some((it) => riskKind(it) === riskKind(bound))
      ? this.#bounds
      : [...this.#bounds, bound];
    for (const it of bounds) {
      for (const kind of ruleKinds) {
        const outcomes = lists.map(({ name, rows, predicted }): [string, LevelOutcomes] => [
          name,
          outcomesOfSettings(
            study.experience.table,
            rows,
            chosenSettings(predicted, predictions.candidates, { bound: it, kind }),
          ),
        ]);
        const key = { fold, estimator, kind, bound: it };
        this.#chosen.set(cacheKey(study, key, part), Object.fromEntries(outcomes));
      }
    }
  }
}

/** Bounds on means share what is chosen, and so do tails at one loss: only the kind of risk tells. */
function riskKind(bound: Bound): string {
  return bound.kind === "tail" ? `tail-${bound.maxEmLoss}` : "mean";
}

function cacheKey(study: Study, { fold, estimator, kind, bound }: PathKey, part: "train" | "fit"): string {
  return [study.folds.indexOf(fold), estimator.name, kind, riskKind(bound), part].join("/");
}
