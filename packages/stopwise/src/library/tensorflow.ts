import { InvalidInputError } from "@stopwise/core";
import { startTraining, type Evaluation, type Training, type TrainingStart } from "./training.ts";

/** The part of a TensorFlow.js model that a callback needs. */
export interface StoppableModel {
  stopTraining: boolean;
}

/** What TensorFlow.js logs at the end of an epoch. */
export type EpochLogs = Readonly<Record<string, number>>;

/** Where the score of an epoch stands, and how many steps an epoch has. */
export interface TensorflowOptions extends TrainingStart {
  /** Key of the score in the logs, such as `val_acc`; higher is better. With a loss as the task's metric, of the loss. */
  readonly monitor: string;
  /** Optimiser steps of an epoch. */
  readonly stepsPerEpoch: number;
}

/** Callbacks as `model.fit(x, y, { callbacks })` takes them. */
export interface TensorflowCallbacks {
  onTrainBegin: () => void;
  onEpochEnd: (epoch: number, logs?: EpochLogs) => void;
  onTrainEnd: () => void;
}

type Place = Pick<TensorflowOptions, "monitor" | "stepsPerEpoch"> & { readonly task: TrainingStart["task"] };

function evaluationOf(epoch: number, logs: EpochLogs, { monitor, stepsPerEpoch, task }: Place): Evaluation {
  const value = logs[monitor];
  if (value === undefined) {
    const known = Object.keys(logs).join(", ");
    throw new InvalidInputError(
      `${monitor} is not among the logged metrics (${known}).`,
      "Name one of them.",
    );
  }
  const score = Number.isFinite(value) ? value : null;
  const metric = task?.["metric"];
  const isLoss = typeof metric === "string" && /loss/i.test(metric);
  const measured = isLoss ? { evalLoss: score } : { quality: score, evalLoss: logs["val_loss"] ?? null };
  return {
    step: (epoch + 1) * stepsPerEpoch,
    epoch: epoch + 1,
    trainLoss: logs["loss"] ?? null,
    ...measured,
  };
}

/** What fails never takes the training down: one warning, and it goes on. */
class Guard {
  #off = false;

  run(work: () => void): void {
    if (this.#off) return;
    try {
      work();
    } catch (error) {
      this.#off = true;
      const { message } = error instanceof Error ? error : new Error(String(error));
      process.emitWarning(`stopwise: ${message} The training goes on without stopwise.`);
    }
  }
}

/**
 * Callbacks for `model.fit` of TensorFlow.js, which stop the model when stopwise says so and record the run.
 *
 * @param model the model that is fitted; its `stopTraining` is set
 * @example
 * await model.fit(x, y, { epochs: 40, validationData, callbacks: tensorflowCallbacks(model, {
 *   run: "r1", monitor: "val_acc", stepsPerEpoch: 94, task: { metric: "accuracy", maxSteps: 3_760 }, request: { maxEmLoss: 0.01 },
 * }) });
 */
export function tensorflowCallbacks(model: StoppableModel, options: TensorflowOptions): TensorflowCallbacks {
  const { monitor, stepsPerEpoch, ...start } = options;
  const place = { monitor, stepsPerEpoch, task: start.task };
  const guard = new Guard();
  let training: Training | undefined;
  let stopped = false;
  return {
    onTrainBegin: () => {
      guard.run(() => {
        training = startTraining(start);
      });
    },
    onEpochEnd: (epoch, logs = {}) => {
      guard.run(() => {
        stopped = training?.checkpoint(evaluationOf(epoch, logs, place)).action === "stop";
        if (stopped) model.stopTraining = true;
      });
    },
    onTrainEnd: () => {
      guard.run(() => training?.end(stopped ? "early-stopped" : "completed"));
    },
  };
}
