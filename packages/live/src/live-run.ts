import {
  InvalidInputError,
  type LiveAdvice,
  type LiveCheckpointMessage,
  type LiveDecision,
  type LiveEnd,
  type LiveRecorded,
  type LiveStart,
  canonicalJson,
  type Json,
} from "@stopwise/core";
import { type Stopper } from "@stopwise/policies";
import { checkpointOf, type DoorFacts } from "./checkpoint-door.ts";
import type { JournalHead } from "./journal.ts";
import type { LiveState } from "./live-state.ts";
import { roomsOf, type Rooms } from "./rooms.ts";
import { endRun } from "./run-ending.ts";
import { openRun, reopenRun, stopperOf, type Decided, type OpenRun } from "./run-opening.ts";
import { savingAt } from "./saving.ts";
import type { LiveSurroundings } from "./surroundings.ts";

/** Checkpoints after which the code that decides has been compiled. */
const rehearsed = 60;

const sameStart = (a: LiveStart, b: LiveStart): boolean =>
  canonicalJson({ ...a, state: null }) === canonicalJson({ ...b, state: null });

/**
 * One live run: asked for advice at its start, told each checkpoint, recorded at its end. Every answer is in the run's
 * journal before it is given, so that another process goes on with the same decisions. `live`, `watch` and `serve` share
 * it.
 *
 * - A repeated checkpoint gets the same decision again; another one for the same step is refused.
 * - A run that is watched (`shadow`, `audit`) always gets `continue`; `wouldStopAt` tells where it would have stopped.
 * - After an error the run is as it was.
 *
 * @example
 * const run = LiveRun.start(message, surroundings);
 * if (run.checkpoint({ type: "checkpoint", step: 200, quality: 0.61 }).action === "stop") run.end(...);
 */
export class LiveRun {
  readonly #rooms: Rooms;
  readonly #head: JournalHead;
  readonly #decided: Decided[];
  readonly #byStep: Map<number, number>;
  readonly #stopper: Stopper;
  #recorded: LiveRecorded | undefined;

  private constructor(rooms: Rooms, { head, decided, stopper }: OpenRun) {
    this.#rooms = rooms;
    this.#head = head;
    this.#decided = decided;
    this.#byStep = new Map(decided.map(({ point }, i) => [point.step, i]));
    this.#stopper = stopper;
  }

  /**
   * Starts a run, or goes on with one whose state is given.
   *
   * @throws InvalidInputError where a fact, the request or the state does not fit
   */
  static start(asked: LiveStart, around: LiveSurroundings): LiveRun {
    const rooms = roomsOf(around);
    return new LiveRun(rooms, openRun(asked, rooms));
  }

  /**
   * Goes on with a run from its journal, after the process that was told it is gone.
   *
   * @returns undefined where no run of this name is going on here
   */
  static reopen(id: string, around: LiveSurroundings): LiveRun | undefined {
    const rooms = roomsOf(around);
    const open = reopenRun(id, rooms);
    return open && new LiveRun(rooms, open);
  }

  /** Name of the run's record. */
  get id(): string {
    return this.#head.id;
  }

  /** Whether it was told to end. */
  get hasEnded(): boolean {
    return this.#recorded !== undefined;
  }

  /** Whether this is the run that a start message asks for: the same question under the same name. */
  isOf(asked: LiveStart): boolean {
    return sameStart(this.#head.asked, asked);
  }

  /** Whether a start message asks for the same answer and mode, whatever it says of the task. */
  isAskedAs({ request, mode }: LiveStart): boolean {
    const { asked } = this.#head;
    return canonicalJson([asked.request, asked.mode]) === canonicalJson([request, mode]);
  }

  /** Decides a made-up curve and forgets it, so that the first checkpoint is answered as fast as the others. */
  rehearse(): void {
    const stopper = stopperOf(this.#head, this.#rooms.around);
    for (let i = 1; i <= rehearsed; i++) {
      const quality = 1 - 1 / (1 + i);
      stopper.observe({
        step: i,
        tokens: i,
        epoch: i,
        quality,
        evalLoss: 1 - quality,
        trainLoss: 1 - quality,
      });
    }
    canonicalJson(this.#stateOf(stopper, rehearsed));
  }

  /** The answer to the start. */
  advice(): LiveAdvice {
    const { id, treatment, advice, task } = this.#head;
    const { mode, using, sentence, policy, population } = treatment;
    const rate = this.#rooms.book.rate(population);
    return {
      type: "advice",
      run: id,
      mode,
      using,
      advice: { ...advice, task },
      sentence,
      policy: { ...policy },
      feedback: rate === undefined ? null : { ...rate },
      checkpoints: this.#decided.length,
    };
  }

  /**
   * Takes a checkpoint and decides.
   *
   * @throws InvalidInputError where it cannot be right; the run goes on as it was
   */
  checkpoint(message: LiveCheckpointMessage): LiveDecision {
    if (this.#recorded !== undefined) {
      throw new InvalidInputError(`run ${this.id} has ended.`, "Start a run of another name.");
    }
    const known = this.#byStep.get(message.step);
    if (known !== undefined) return this.#again(message, known);
    const point = checkpointOf(message, this.#door(this.#decided.length));
    const decision = this.#stopper.observe(point);
    const decided = { point, decision, wouldStopAt: this.#stopper.wouldStopAt };
    this.#rooms.journals.append(this.id, { type: "checkpoint", ...decided });
    this.#byStep.set(point.step, this.#decided.length);
    this.#decided.push(decided);
    return this.#answer(decided, this.state());
  }

  /** What the checkpoint at a position must fit to. */
  #door(at: number): DoorFacts {
    const { asked, treatment, missingUpTo } = this.#head;
    const first = this.#decided[0]?.point;
    const before = missingUpTo === null ? undefined : { step: missingUpTo };
    return {
      scale: asked.scale,
      kind: treatment.population.metricClass === "loss" ? "loss" : "quality",
      tellsTokens: at === 0 || first === undefined ? undefined : typeof first.tokens === "number",
      last: at === 0 ? before : this.#decided[at - 1]!.point,
    };
  }

  /** The same decision again; a message that was sent twice counts once. */
  #again(message: LiveCheckpointMessage, at: number): LiveDecision {
    const decided = this.#decided[at]!;
    const point = checkpointOf(message, this.#door(at));
    if (canonicalJson(point) !== canonicalJson(decided.point)) {
      throw new InvalidInputError(
        `step ${message.step} was told before with other values.`,
        "Send every step once; to go on from an older checkpoint, start again with its state.",
      );
    }
    return this.#answer(decided, at === this.#decided.length - 1 ? this.state() : this.#stateAfter(at));
  }

  /** The state as it was after an earlier checkpoint; null where the run's beginning was told elsewhere. */
  #stateAfter(at: number): Json {
    if (this.#head.missingUpTo !== null) return null;
    const stopper = stopperOf(this.#head, this.#rooms.around);
    for (const { point } of this.#decided.slice(0, at + 1)) stopper.observe(point);
    return this.#stateOf(stopper, this.#decided[at]!.point.step);
  }

  #answer({ point, decision, wouldStopAt }: Decided, state: Json): LiveDecision {
    const stopStep = decision.action === "stop" ? decision.step : wouldStopAt;
    const at = stopStep === point.step ? point : stopStep === null ? undefined : this.#pointAt(stopStep);
    const savedIfStopped = at === undefined ? null : savingAt(at, this.#head.task);
    return { type: "decision", ...decision, wouldStopAt, savedIfStopped, state };
  }

  #pointAt(step: number): Decided["point"] | undefined {
    const at = this.#byStep.get(step);
    return at === undefined ? undefined : this.#decided[at]?.point;
  }

  /** The run as a JSON value: a start with this state goes on here. */
  state(): Json {
    return this.#stateOf(this.#stopper, this.#decided.at(-1)?.point.step ?? this.#head.missingUpTo ?? 0);
  }

  #stateOf(stopper: Stopper, step: number): Json {
    const { id, asked, task, treatment } = this.#head;
    const state: LiveState = { version: 1, id, asked, task, treatment, step, stopper: stopper.state() };
    return state as unknown as Json;
  }

  /** Ends the run and records it, once. */
  end({ end }: LiveEnd): LiveRecorded {
    const run = { head: this.#head, decided: this.#decided, stopper: this.#stopper, end };
    return (this.#recorded ??= endRun(run, this.#rooms));
  }
}
