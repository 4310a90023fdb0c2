import type { MergedEvaluation, RawRun } from "./raw-run.ts";

type Rows = readonly MergedEvaluation[];

/** Where the checkpoints of a record stand; each `[nCheckpoints]`. */
export interface CheckpointPlaces {
  /** Optimiser steps, or epochs where the log has no steps. */
  readonly steps: readonly number[];
  /** Epochs done, null where the log does not tell. */
  readonly epochs: readonly (number | null)[];
  readonly stepIsEpoch: boolean;
}

const isWhole = (value: number | null | undefined): boolean =>
  value === null || value === undefined || Number.isInteger(value);

/** Whether training has been done at the place 0 of a counter: then 0 is the first turn, not the beginning. */
function trainsAtZero(
  run: RawRun,
  at: (row: { step: number | null; epoch?: number | null | undefined }) => unknown,
) {
  const told = run.training.filter((row) => typeof at(row) === "number");
  return told.length === 0 ? undefined : told.some((row) => at(row) === 0);
}

/**
 * Whether epochs are counted from 0, so that the first is done at epoch 0: whole numbers of which 0 is one, and
 * training, or a step, has been done at it. An evaluation before training stands at epoch 0 too, and is none.
 */
function epochsFromZero(run: RawRun, rows: Rows): boolean {
  if (!rows.every(({ epoch }) => isWhole(epoch)) || !run.training.every(({ epoch }) => isWhole(epoch))) {
    return false;
  }
  const atZero = rows.filter(({ epoch }) => epoch === 0);
  if (atZero.some(({ step }) => step !== null && step > 0)) return true;
  const trained = trainsAtZero(run, ({ epoch }) => epoch);
  return trained ?? (atZero.length > 0 && atZero.every(({ step }) => step === null));
}

/** Epochs done at each evaluation; of several within a counted epoch each has done its share. */
function epochsDone(run: RawRun, rows: Rows): (number | null)[] {
  if (!epochsFromZero(run, rows)) return rows.map(({ epoch }) => epoch);
  const counts = new Map<number | null, number>();
  const place = rows.map(({ epoch }) => {
    counts.set(epoch, (counts.get(epoch) ?? 0) + 1);
    return counts.get(epoch)!;
  });
  const most = Math.max(1, ...[...counts].map(([epoch, count]) => (epoch === null ? 0 : count)));
  return rows.map(({ epoch }, index) => (epoch === null ? null : epoch + place[index]! / most));
}

/** Steps that count epochs or rows from 0 begin at 1 where training has been done at 0. */
function stepShift(run: RawRun, rows: Rows): number {
  if (run.stepIsEpoch !== true && run.stepIsCounter !== true) return 0;
  if (!rows.some(({ step }) => step === 0)) return 0;
  return (trainsAtZero(run, ({ step }) => step) ?? run.stepIsEpoch === true) ? 1 : 0;
}

/** Places of the checkpoints: the log's own steps, else epochs, else the number of the row, counted from 1. */
export function placesOf(run: RawRun, rows: Rows): CheckpointPlaces {
  const epochs = epochsDone(run, rows);
  if (rows.every(({ step }) => step !== null)) {
    const shift = stepShift(run, rows);
    const steps = rows.map(({ step }) => step! + shift);
    const stepIsEpoch = run.stepIsEpoch === true;
    return {
      steps,
      epochs: epochs.map((epoch, index) => epoch ?? (stepIsEpoch ? steps[index]! : null)),
      stepIsEpoch,
    };
  }
  const steps = rows.map((_, index) => epochs[index] ?? index + 1);
  return { steps, epochs, stepIsEpoch: true };
}
