import {
  liveStartSchema,
  type LiveAdvice,
  type LiveCheckpointMessage,
  type LiveDecision,
  type LiveEnd,
  type LiveRecorded,
} from "@stopwise/core";
import { LiveRun, parseMessage } from "@stopwise/live";
import { liveSurroundings } from "./live-surroundings.ts";
import { storeFolder } from "./model-source.ts";

/** How a training in JavaScript is told of: the fields of the live run's start message, and its store. */
export interface TrainingStart {
  /** Name of the run in the store. */
  readonly run: string;
  /** Facts of the task, as `recommend` takes them. */
  readonly task?: Readonly<Record<string, unknown>>;
  /** How the answer is wanted: `maxEmLoss`, `confidence`, `bound`, ... */
  readonly request?: Readonly<Record<string, unknown>>;
  readonly mode?: "stop" | "shadow" | "audit" | "auto";
  readonly scale?: "unit" | "percent";
  readonly group?: string;
  /** Share of the runs that go on to their plan, to learn from; 0 switches it off. */
  readonly auditShare?: number;
  /** `state` of an earlier decision, to go on where a training was interrupted. */
  readonly state?: unknown;
  /** Folder of the store; default STOPWISE_STORE, else `.stopwise`. */
  readonly store?: string;
}

/** One evaluation of a training. */
export type Evaluation = Omit<LiveCheckpointMessage, "type">;

/** A live run in this process: the same that `stopwise live` talks to. */
export interface Training {
  readonly advice: LiveAdvice;
  /** Tells an evaluation; a stop is final. */
  checkpoint: (evaluation: Evaluation) => LiveDecision;
  /** Records the run, once. */
  end: (how: LiveEnd["end"]) => LiveRecorded;
}

/**
 * Starts a live run in this process.
 *
 * @throws InvalidInputError when a fact, the request or the state does not fit.
 * @example
 * const training = startTraining({ run: "r1", task: { datasetSize: 20_000, maxSteps: 8_000 }, request: { maxEmLoss: 0.01 } });
 * if (training.checkpoint({ step: 200, quality: 0.61 }).action === "stop") training.end("early-stopped");
 */
export function startTraining({ store, ...told }: TrainingStart): Training {
  const start = parseMessage(liveStartSchema, { type: "start", ...told });
  const run = LiveRun.start(start, liveSurroundings(storeFolder(store)));
  return {
    advice: run.advice(),
    checkpoint: (evaluation) => run.checkpoint({ type: "checkpoint", ...evaluation }),
    end: (end) => run.end({ type: "end", end }),
  };
}

/** An evaluation with the decision that it led to. */
export interface Decided<T extends Evaluation> {
  readonly evaluation: T;
  readonly decision: LiveDecision;
}

/**
 * Passes the evaluations of a training on, each with its decision, until a decision is to stop; then the run is
 * recorded and the source is closed. A source that ends by itself is a completed run, one that throws a crashed one.
 *
 * @param evaluations a generator that trains on between two evaluations
 * @example
 * for await (const { evaluation, decision } of untilStopped(train(model), { run: "r1", task, request })) {
 *   console.log(evaluation.step, decision.reason);
 * }
 */
export async function* untilStopped<T extends Evaluation>(
  evaluations: AsyncIterable<T> | Iterable<T>,
  start: TrainingStart,
): AsyncGenerator<Decided<T>, void, undefined> {
  const training = startTraining(start);
  // Left early by whoever reads, a run did not reach its plan.
  let how: LiveEnd["end"] = "early-stopped";
  try {
    for await (const evaluation of evaluations) {
      const decision = training.checkpoint(measuresOf(evaluation));
      yield { evaluation, decision };
      if (decision.action === "stop") return;
    }
    how = "completed";
  } catch (error) {
    how = "crashed";
    throw error;
  } finally {
    training.end(how);
  }
}

/** What of an evaluation a live run takes; whatever else it carries is its owner's. */
function measuresOf(evaluation: Evaluation): Evaluation {
  const { step, tokens, epoch, quality, testQuality, evalLoss, trainLoss, gradNorm, lr } = evaluation;
  const all = { tokens, epoch, quality, testQuality, evalLoss, trainLoss, gradNorm, lr };
  return { step, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
}
