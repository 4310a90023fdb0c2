import {
  canonicalJson,
  planReached,
  sha256,
  type Checkpoint,
  type LiveDecision,
  type LiveRecorded,
  type LiveStart,
  type RunRecord,
} from "@stopwise/core";
import { LiveRun } from "../live-run.ts";
import { progressAt } from "../saving.ts";
import type { LiveSurroundings } from "../surroundings.ts";

/** What is told while a log is followed. */
export type FollowEvent =
  | {
      readonly type: "started";
      readonly run: string;
      readonly mode: string;
      readonly using: string;
      readonly sentence: string;
      readonly checkpoints: number;
    }
  | { readonly type: "decision"; readonly decision: LiveDecision }
  | { readonly type: "rewound"; readonly step: number | null }
  | { readonly type: "refused"; readonly step: number; readonly message: string };

const watched = ["quality", "evalLoss", "value"] as const;

const samePoint = (a: Checkpoint, b: Checkpoint): boolean =>
  a.step === b.step && watched.every((field) => (a[field] ?? null) === (b[field] ?? null));

/** How many checkpoints of two readings are the same, from the first on. */
function commonLength(told: readonly Checkpoint[], read: readonly Checkpoint[]): number {
  let n = 0;
  while (n < told.length && n < read.length && samePoint(told[n]!, read[n]!)) n++;
  return n;
}

interface Told {
  readonly point: Checkpoint;
  readonly decision: LiveDecision;
}

/**
 * A run that is known from its log: each reading of the log is compared with what was told, and what is new is told.
 *
 * - A log that is only cut back (it is being written again) changes nothing: what was told stands.
 * - A log that goes on otherwise from an earlier checkpoint is a trainer that went back there: so does the run.
 * - A log that has nothing in common is another run.
 */
export class FollowedRun {
  readonly #around: LiveSurroundings;
  readonly #start: LiveStart;
  #run: LiveRun;
  #told: Told[] = [];

  private constructor(around: LiveSurroundings, start: LiveStart, run: LiveRun) {
    this.#around = around;
    this.#start = start;
    this.#run = run;
  }

  /** Begins to follow a run, or goes on with one that was followed before under this name. */
  static begin(start: LiveStart, around: LiveSurroundings): FollowedRun {
    const before = LiveRun.reopen(start.run, around);
    // What the log tells of the task grows with it; what the user asked for must be the same.
    const run = before?.isAskedAs(start) === true ? before : LiveRun.start(start, around);
    return new FollowedRun(around, start, run);
  }

  /** Name of the run's record. */
  get id(): string {
    return this.#run.id;
  }

  /** A name of the training itself: the same when it is watched again, another when its log is written by a new one. */
  get training(): string {
    return `${this.#start.run} ${sha256(canonicalJson(this.#told[0]?.point ?? null))}`;
  }

  /** What is told of the beginning. */
  started(): FollowEvent {
    const { run, mode, using, sentence, checkpoints } = this.#run.advice();
    return { type: "started", run, mode, using, sentence, checkpoints };
  }

  /** Takes a reading of the log and tells what is new in it. */
  *take(record: RunRecord): Generator<FollowEvent> {
    const points = record.points;
    const common = commonLength(this.#points(), points);
    if (common < this.#told.length) {
      if (points.length === common) return;
      yield this.#rewind(common);
    }
    for (const point of points.slice(this.#told.length)) yield this.#tell(point);
  }

  #points(): Checkpoint[] {
    return this.#told.map(({ point }) => point);
  }

  #rewind(common: number): FollowEvent {
    const last = this.#told[common - 1];
    const state = last?.decision.state ?? null;
    this.#told = this.#told.slice(0, common);
    this.#run = LiveRun.start({ ...this.#start, state }, this.#around);
    return { type: "rewound", step: last?.point.step ?? null };
  }

  #tell(point: Checkpoint): FollowEvent {
    const { step, tokens, epoch, quality, testQuality, evalLoss, value, trainLoss, gradNorm, lr } = point;
    const series = {
      tokens,
      epoch,
      quality,
      testQuality,
      evalLoss: evalLoss ?? value,
      trainLoss,
      gradNorm,
      lr,
    };
    const known = Object.entries(series).filter(([, given]) => given !== undefined);
    try {
      const decision = this.#run.checkpoint({ type: "checkpoint", step, ...Object.fromEntries(known) });
      this.#told.push({ point, decision });
      return { type: "decision", decision };
    } catch (error) {
      return { type: "refused", step, message: (error as Error).message };
    }
  }

  /** Ends the run as far as its log tells: to its plan, or not. */
  end(record: RunRecord, wasStopped: boolean): LiveRecorded {
    const last = record.points.at(-1);
    const progress = last === undefined ? 0 : progressAt(last, this.#start.task);
    const reached = progress ?? planReached(record);
    const isWhole = record.end === "completed" || Number.isNaN(reached) || reached > 0.98;
    return this.#run.end({
      type: "end",
      end: wasStopped ? "early-stopped" : isWhole ? "completed" : "crashed",
    });
  }
}
