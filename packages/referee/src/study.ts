import type { RunRecord, SimplePolicy } from "@stopwise/core";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";
import { experienceOf, type Experience, type Replayer } from "@stopwise/meta-model";
import { foldsOf, type FoldUnit } from "./folds.ts";

/** One split of the runs: what is learned from, and what is judged. Numbers are rows of the experience. */
export interface Fold {
  readonly train: readonly number[];
  readonly judged: readonly number[];
  /** The training part split again, by group: what a certificate's model is fitted on, and what calibrates it. */
  readonly fit: readonly number[];
  readonly calibration: readonly number[];
}

/** Runs with the folds that they are judged by. */
export interface Study {
  readonly experience: Experience;
  readonly folds: readonly Fold[];
  readonly seed: number;
}

/** What a study is made of. */
export interface StudyOptions {
  readonly seed: number;
  readonly nFolds: number;
  readonly policies: readonly SimplePolicy[];
  /** What is left out at once; default `group`. */
  readonly foldUnit?: FoldUnit;
  /** Runs to be judged; without them every run is judged by the fold that has not seen its group. */
  readonly test?: readonly RunRecord[];
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer;
}

function groupsOf(experience: Experience, rows: readonly number[]): number[] {
  return [...new Set(rows.map((row) => experience.groups[row]!))];
}

/** Splits a training part by group into one half to fit on and one half to calibrate on. */
function halves(
  experience: Experience,
  train: readonly number[],
  seed: number,
): Pick<Fold, "fit" | "calibration"> {
  const order = shuffled(groupsOf(experience, train), randomFrom(seed));
  const fitted = new Set(order.slice(0, Math.ceil(order.length / 2)));
  return {
    fit: train.filter((row) => fitted.has(experience.groups[row]!)),
    calibration: train.filter((row) => !fitted.has(experience.groups[row]!) && experience.complete[row]!),
  };
}

/**
 * Splits runs by group. Without a test set: K folds of groups, or of sources, each judged by what was fitted on the
 * others; see {@link foldsOf}. With one: a single fold, fitted on the runs and judged on the test set.
 */
export function studyOf(runs: readonly RunRecord[], options: StudyOptions): Study {
  const { seed, nFolds, policies, test, replay } = options;
  const experience = experienceOf([...runs, ...(test ?? [])], policies, replay);
  const everything = experience.runs.map((_, row) => row);
  const split = (train: readonly number[], judged: readonly number[], index: number): Fold => ({
    train,
    judged: judged.filter((row) => experience.complete[row]!),
    ...halves(experience, train, seedFor(seed, `halves-${index}`)),
  });
  if (test !== undefined) {
    const own = new Set<unknown>(test);
    const isTest = experience.runs.map((run) => own.has(run));
    const judged = everything.filter((row) => isTest[row]!);
    return {
      experience,
      seed,
      folds: [
        split(
          everything.filter((row) => !isTest[row]!),
          judged,
          0,
        ),
      ],
    };
  }
  const folds = foldsOf(experience, { by: options.foldUnit ?? "group", nFolds, seed });
  return { experience, seed, folds: folds.map(({ train, judged }, fold) => split(train, judged, fold)) };
}
