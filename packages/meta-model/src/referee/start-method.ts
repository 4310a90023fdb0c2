import type { Bound } from "../certificates/bound.ts";
import { chooseAlong, choiceLevels, type ChoiceRule } from "../choice/choose.ts";
import { predictionOf, riskOf, type PolicyPrediction } from "../choice/prediction.ts";
import { trainingPart } from "../choice/training-part.ts";
import type { Estimator } from "../estimators/estimator.ts";
import { tauGrid } from "../portfolio/policy-family.ts";
import { seedFor } from "../random.ts";
import { safestBest } from "./decide.ts";
import { outcomesOfSettings, type LevelOutcomes } from "./level-outcomes.ts";
import { levelQualities, sampleOf } from "./level-quality.ts";
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

/** Fits each estimator once per fold and keeps what it chooses, whatever number of questions is asked. */
export class PredictionCache {
  readonly #fits = new Map<string, unknown>();

  path(study: Study, key: PathKey): Path {
    const { train, judged } = key.fold;
    return this.#once(`${keyOf(study, key)}/path`, () => {
      const predictions = this.#predictions(study, key, "train");
      const outcomes = this.#outcomes(study, key, predictions);
      return {
        name: `${key.estimator.name}/${key.kind}`,
        train: outcomes(train, predictions.held),
        judged: outcomes(judged, this.#of(study, key, { part: "judged", by: "train", predictions })),
      };
    });
  }

  fitHalf(study: Study, key: PathKey): HalfOutcomes {
    const { fit, calibration, judged } = key.fold;
    return this.#once(`${keyOf(study, key)}/half`, () => {
      const predictions = this.#predictions(study, key, "fit");
      const outcomes = this.#outcomes(study, key, predictions);
      return {
        fit: outcomes(fit, predictions.held),
        calibration: outcomes(
          calibration,
          this.#of(study, key, { part: "calibration", by: "fit", predictions }),
        ),
        judged: outcomes(judged, this.#of(study, key, { part: "judged", by: "fit", predictions })),
      };
    });
  }

  #outcomes(study: Study, key: PathKey, { candidates }: Predictions) {
    return (rows: readonly number[], predictions: readonly PolicyPrediction[]): LevelOutcomes =>
      outcomesOfSettings(study.experience.table, rows, chosenSettings(predictions, candidates, key));
  }

  #predictions(study: Study, { fold, estimator }: PathKey, part: "train" | "fit"): Predictions {
    return this.#once(`${study.folds.indexOf(fold)}/${estimator.name}/${part}`, () =>
      fitOn(study, fold[part], estimator),
    );
  }

  #of(
    study: Study,
    { fold, estimator }: PathKey,
    { part, by, predictions }: { part: "judged" | "calibration"; by: string; predictions: Predictions },
  ): PolicyPrediction[] {
    return this.#once(`${study.folds.indexOf(fold)}/${estimator.name}/${by}/${part}`, () =>
      fold[part].map((row) => predictions.predict(row)),
    );
  }

  #once<T>(key: string, make: () => T): T {
    if (!this.#fits.has(key)) this.#fits.set(key, make());
    return this.#fits.get(key) as T;
  }
}

/** Bounds on means share one path, and so do tails at one loss: only the kind of risk tells. */
function keyOf(study: Study, { fold, estimator, kind, bound }: PathKey): string {
  const risk = bound.kind === "tail" ? `tail-${bound.maxEmLoss}` : "mean";
  return `${study.folds.indexOf(fold)}/${estimator.name}/${kind}/${risk}`;
}
