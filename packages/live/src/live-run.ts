import {
  curveOf,
  InvalidInputError,
  type Checkpoint,
  type Decision,
  type End,
  type LiveAdvice,
  type LiveCheckpointMessage,
  type LiveDecision,
  type LiveEnd,
  type LiveRecorded,
  type LiveStart,
  type Policy,
} from "@stopwise/core";
import { canonicalJson, createStopper, outcomeAt, policyHash, type Json, type Stopper } from "@stopwise/policies";
import { checkpointOf } from "./checkpoint-door.ts";
import { EndedRuns } from "./ended-runs.ts";
import { auditShareOf, FeedbackBook } from "./feedback.ts";
import { Journals, thisProcess, type JournalCheckpoint, type JournalContent, type JournalHead } from "./journal.ts";
import { recordOf } from "./live-record.ts";
import { liveStateOf, type LiveState } from "./live-state.ts";
import { savingAt } from "./saving.ts";
import { endSummary } from "./summary.ts";
import type { LiveSurroundings } from "./surroundings.ts";
import { treatmentOf } from "./treatment.ts";

/** The rooms of a store folder that live runs share. */
interface Rooms {
  readonly around: LiveSurroundings;
  readonly journals: Journals;
  readonly ended: EndedRuns;
  readonly book: FeedbackBook;
}

function roomsOf(around: LiveSurroundings): Rooms {
  const { folder } = around;
  return {
    around,
    journals: new Journals(folder),
    ended: new EndedRuns(folder),
    book: new FeedbackBook(folder),
  };
}

/** A checkpoint that was decided. */
interface Decided {
  readonly point: Checkpoint;
  readonly decision: Decision;
  readonly wouldStopAt: number | null;
}

/** The name of a run's record: the run's own, else with the first number behind it that is free. */
function beginJournal({ journals, ended }: Rooms, run: string, headOf: (id: string) => JournalHead): JournalHead {
  for (let attempt = 1; ; attempt++) {
    const head = headOf(attempt === 1 ? run : `${run}~${attempt}`);
    if (!ended.has(head.id) && journals.begin(head)) return head;
  }
}

const sameQuestion = (a: LiveStart, b: LiveStart): boolean =>
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
  #stopper: Stopper;
  #recorded: LiveRecorded | undefined;

  private constructor(rooms: Rooms, head: JournalHead, told: { decided: Decided[]; stopper: Stopper }) {
    this.#rooms = rooms;
    this.#head = head;
    this.#decided = told.decided;
    this.#byStep = new Map(told.decided.map(({ point }, i) => [point.step, i]));
    this.#stopper = told.stopper;
  }

  /**
   * Starts a run, or goes on with one whose state is given.
   *
   * @throws InvalidInputError where a fact, the request or the state does not fit
   */
  static start(asked: LiveStart, around: LiveSurroundings): LiveRun {
    const rooms = roomsOf(around);
    const state = liveStateOf(asked);
    return state === undefined ? LiveRun.#begin(asked, rooms) : LiveRun.#goOn(asked, state, rooms);
  }

  static #begin(asked: LiveStart, rooms: Rooms): LiveRun {
    const { around } = rooms;
    const answer = around.recommend({ task: asked.task, request: asked.request });
    const { task, ...treatment } = treatmentOf(asked, answer, rooms);
    const head = beginJournal(rooms, asked.run, (id) => ({
      type: "start",
      version: 1,
      id,
      startedAt: around.now().toISOString(),
      owner: thisProcess(),
      asked: { ...asked, state: null },
      task,
      treatment,
      advice: { ...answer.recommendation },
      missingUpTo: null,
    }));
    return new LiveRun(rooms, head, { decided: [], stopper: stopperOf(head, around) });
  }

  /** Goes on from the state in a trainer's checkpoint; what was told beyond it is void. */
  static #goOn(asked: LiveStart, state: LiveState, rooms: Rooms): LiveRun {
    const { around, journals } = rooms;
    const journal = journals.read(state.id);
    const head = journal?.head ?? LiveRun.#beginElsewhere(asked, state, rooms);
    requireSamePolicy(head.treatment.policy, state);
    const stopper = stopperOf(head, around, state.stopper);
    if (journal !== undefined) journals.resume(head.id, state.step);
    const decided = (journal?.checkpoints ?? []).filter(({ point }) => point.step <= state.step);
    return new LiveRun(rooms, head, { decided: decided.map(decidedOf), stopper });
  }

  static #beginElsewhere(asked: LiveStart, state: LiveState, rooms: Rooms): JournalHead {
    const { task, treatment, startedAt, step } = state;
    const advice = rooms.around.recommend({ task: asked.task, request: asked.request }).recommendation;
    return beginJournal(rooms, asked.run, (id) => ({
      type: "start",
      version: 1,
      id,
      startedAt,
      owner: thisProcess(),
      asked: { ...asked, state: null },
      task,
      treatment,
      advice: { ...advice },
      missingUpTo: step,
    }));
  }

  /**
   * Goes on with a run from its journal, after the process that was told it is gone.
   *
   * @returns undefined where no run of this name is going on
   */
  static reopen(id: string, around: LiveSurroundings): LiveRun | undefined {
    const rooms = roomsOf(around);
    const journal = rooms.journals.read(id);
    if (journal === undefined || rooms.ended.has(id)) return undefined;
    const stopper = replayed(journal, around);
    rooms.journals.resume(id, null);
    return new LiveRun(rooms, journal.head, { decided: journal.checkpoints.map(decidedOf), stopper });
  }

  /** Decides a made-up curve and forgets it, so that the first checkpoint is answered as fast as the others. */
  rehearse(): void {
    const stopper = stopperOf(this.#head, this.#rooms.around);
    for (let i = 1; i <= rehearsed; i++) {
      const quality = 1 - 1 / (1 + i);
      stopper.observe({ step: i, tokens: i, epoch: i, quality, evalLoss: 1 - quality, trainLoss: 1 - quality });
    }
    canonicalJson(this.#stateOf(stopper, rehearsed));
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
    return sameQuestion(this.#head.asked, asked);
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
    this.#requireRunning();
    const known = this.#byStep.get(message.step);
    if (known !== undefined) return this.#again(message, known);
    const point = checkpointOf(message, this.#door(this.#decided.length));
    const decision = this.#stopper.observe(point);
    const decided = { point, decision, wouldStopAt: this.#stopper.wouldStopAt };
    this.#keep(decided);
    return this.#answer(decided, this.state());
  }

  #keep(decided: Decided): void {
    this.#rooms.journals.append(this.id, { type: "checkpoint", ...decided });
    this.#byStep.set(decided.point.step, this.#decided.length);
    this.#decided.push(decided);
  }

  #door(at: number): Parameters<typeof checkpointOf>[1] {
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
    const stop = stopStep === point.step ? point : this.#decided.find((it) => it.point.step === stopStep)?.point;
    const savedIfStopped = stop === undefined ? null : savingAt(stop, this.#head.task);
    return { type: "decision", ...decision, wouldStopAt, savedIfStopped, state };
  }

  /** The run as a JSON value: a start with this state goes on here. */
  state(): Json {
    return this.#stateOf(this.#stopper, this.#decided.at(-1)?.point.step ?? this.#head.missingUpTo ?? 0);
  }

  #stateOf(stopper: Stopper, step: number): Json {
    const { id, asked, task, treatment, startedAt } = this.#head;
    const state: LiveState = { version: 1, id, asked, startedAt, task, treatment, step, stopper: stopper.state() };
    return state as unknown as Json;
  }

  #requireRunning(): void {
    if (this.#recorded === undefined) return;
    throw new InvalidInputError(`run ${this.id} has ended.`, "Start a run of another name.");
  }

  /**
   * Ends the run: records it and, where its outcome is known, lets it move the threshold of the next. Once. A run that
   * crashed keeps its journal, and may be gone on with.
   */
  end({ end }: LiveEnd): LiveRecorded {
    if (this.#recorded !== undefined) return this.#recorded;
    this.#recorded = this.#record(end);
    return this.#recorded;
  }

  #record(end: End): LiveRecorded {
    const { around, journals, ended } = this.#rooms;
    const { id, asked, task, treatment, startedAt } = this.#head;
    const stopped = this.#decided.find(({ decision }) => decision.action === "stop");
    const wouldStopAt = this.#stopper.wouldStopAt ?? stopped?.decision.step ?? null;
    const points = this.#decided.map(({ point }) => point);
    const record = recordOf(this.#head, { points, end, wouldStopAt: stopped !== undefined && end === "early-stopped" ? null : wouldStopAt });
    const shadow = end === "completed" ? this.#shadowOf(record, wouldStopAt) : undefined;
    const wasStopped = end === "early-stopped" && stopped !== undefined;
    const saved = wasStopped ? savingAt(points.at(-1)!, task) : { share: 0, tokens: 0 };
    const facts = { head: this.#head, points, end, saved, shadow, wasStopped };
    const recorded: LiveRecorded = {
      type: "recorded",
      run: id,
      store: around.store,
      saved,
      wouldStopAt: wasStopped ? null : wouldStopAt,
      ...(shadow === undefined ? {} : { shadow }),
      summary: endSummary(facts, this.#judge(record, end, shadow)),
    };
    const { mode, using, status } = treatment;
    const past = {
      id,
      task: task.name ?? null,
      model: task.model ?? null,
      metric: record.metric,
      startedAt,
      endedAt: around.now().toISOString(),
      end,
      mode,
      using,
      status,
      nCheckpoints: points.length,
      recorded,
    };
    if (end === "crashed") {
      journals.append(id, { type: "crash" });
      return recorded;
    }
    ended.add({ record: { ...record, live: { ...(record["live"] as object), askedMode: asked.mode, saved, shadow } }, past });
    journals.remove(id);
    return recorded;
  }

  /** What a run that went to its end would have saved and lost. */
  #shadowOf(record: ReturnType<typeof recordOf>, wouldStopAt: number | null): LiveRecorded["shadow"] {
    if (wouldStopAt === null) return undefined;
    const curve = curveOf(record);
    const index = record.points.findIndex(({ step }) => step === wouldStopAt);
    const { saving, emLoss } = outcomeAt(curve, index, this.#head.treatment.policy.delivery);
    const tokens = record.points.at(-1)?.tokens;
    const at = record.points[index]?.tokens;
    const saved = typeof tokens === "number" && typeof at === "number" ? tokens - at : null;
    return { share: saving, tokens: saved, emLoss };
  }

  /** Feedback from a run that went to its plan and whose whole curve is here. */
  #judge(record: ReturnType<typeof recordOf>, end: End, shadow: LiveRecorded["shadow"]): ReturnType<FeedbackBook["rate"]> {
    const { treatment, asked, task, missingUpTo } = this.#head;
    const { population, mode, policy } = treatment;
    const { book, around } = this.#rooms;
    if (end === "completed" && missingUpTo === null && record.points.length > 0 && !("of" in policy)) {
      book.judge({
        population,
        curve: curveOf(record),
        context: around.contextFor(policy, task),
        watched: mode !== "stop",
        auditShare: mode === "shadow" ? 1 : Math.max(auditShareOf(asked), 1e-3),
        wouldStop: shadow !== undefined,
        loss: shadow?.emLoss ?? 0,
      });
    }
    return book.rate(population);
  }
}

function stopperOf({ treatment, task }: Pick<JournalHead, "treatment" | "task">, around: LiveSurroundings, state?: Json): Stopper {
  const context = around.contextFor(treatment.policy, task);
  return createStopper(treatment.policy, {
    ...context,
    audited: treatment.mode !== "stop",
    ...(state === undefined ? {} : { state }),
  });
}

/** The stopper after everything that a journal holds. */
function replayed({ head, checkpoints }: JournalContent, around: LiveSurroundings): Stopper {
  const stopper = stopperOf(head, around);
  for (const { point } of checkpoints) stopper.observe(point);
  return stopper;
}

const decidedOf = ({ point, decision, wouldStopAt }: JournalCheckpoint): Decided => ({ point, decision, wouldStopAt });

function requireSamePolicy(policy: Policy, state: LiveState): void {
  const [ours, theirs] = [policyHash(policy), policyHash(state.treatment.policy)];
  if (ours === theirs) return;
  throw new InvalidInputError(
    `the state belongs to policy ${theirs}, run ${state.id} has policy ${ours}.`,
    "Start with the state of this run, or with none.",
  );
}
