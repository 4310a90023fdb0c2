import {
  InvalidInputError,
  liveCheckpointSchema,
  liveEndSchema,
  liveStartSchema,
  type LiveAdvice,
  type LiveDecision,
  type LiveRecorded,
} from "@stopwise/core";
import { parseMessage } from "../conversation.ts";
import type { PastRun } from "../ended-runs.ts";
import type { FeedbackRate } from "../feedback.ts";
import { LiveRun } from "../live-run.ts";
import { roomsOf, type Rooms } from "../rooms.ts";
import { runPicture, type RunPicture, type RunSummary } from "../run-picture.ts";
import type { LiveSurroundings } from "../surroundings.ts";

/** A request about a run that is not there: another address would do. */
export class UnknownRunError extends InvalidInputError {}

/** A request that another one has made impossible: the run has ended, or was started otherwise. */
export class ConflictError extends InvalidInputError {}

/** Everything that a page shows. */
export interface RunListing {
  readonly running: readonly RunSummary[];
  /** Newest first. */
  readonly past: readonly PastRun[];
  readonly feedback: readonly FeedbackRate[];
}

/** A message's type may be left out where the address tells it. */
const typed = (type: string, body: unknown): unknown =>
  typeof body === "object" && body !== null && !Array.isArray(body) ? { type, ...body } : body;

/**
 * Live runs of many trainers at once. Every request may be sent again, and gets the same answer; what is not in memory
 * is read from the journals, so that a service that was killed goes on where it was.
 */
export class LiveService {
  readonly #around: LiveSurroundings;
  readonly #rooms: Rooms;
  readonly #runs = new Map<string, LiveRun>();

  /**
   * A service over the journals of a store folder.
   *
   * @param around how to recommend, decide and record
   */
  constructor(around: LiveSurroundings) {
    this.#around = around;
    this.#rooms = roomsOf(around);
  }

  /** Runs in memory. */
  get nRunning(): number {
    return this.#runs.size;
  }

  /**
   * Starts a run; the same start again gives the same advice.
   *
   * @throws ConflictError where a run of this name was started otherwise, or has ended
   */
  start(body: unknown): { advice: LiveAdvice; isNew: boolean } {
    const asked = parseMessage(liveStartSchema, typed("start", body));
    const hasState = asked.state !== null && asked.state !== undefined;
    const known = hasState ? undefined : this.#find(asked.run);
    if (known !== undefined) {
      if (known.isOf(asked)) return { advice: known.advice(), isNew: false };
      throw new ConflictError(
        `run ${asked.run} was started with other facts.`,
        "Give this run another name.",
      );
    }
    if (!hasState && this.#rooms.ended.has(asked.run)) throw hasEnded(asked.run);
    const run = LiveRun.start(asked, this.#around);
    this.#runs.set(run.id, run);
    return { advice: run.advice(), isNew: true };
  }

  #find(id: string): LiveRun | undefined {
    const known = this.#runs.get(id);
    if (known !== undefined) return known;
    const run = LiveRun.reopen(id, this.#around);
    if (run !== undefined) this.#runs.set(id, run);
    return run;
  }

  #running(id: string): LiveRun {
    const run = this.#find(id);
    if (run !== undefined) return run;
    if (this.#rooms.ended.has(id)) throw hasEnded(id);
    throw unknown(id);
  }

  /** Takes a checkpoint of a run and decides; the same checkpoint again gets the same decision. */
  checkpoint(id: string, body: unknown): LiveDecision {
    const message = parseMessage(liveCheckpointSchema, typed("checkpoint", body));
    return this.#running(id).checkpoint(message);
  }

  /** Ends a run; once more gives the same answer. */
  end(id: string, body: unknown): LiveRecorded {
    const message = parseMessage(liveEndSchema, typed("end", body));
    const past = this.#runs.has(id) ? undefined : this.#rooms.ended.find(id);
    if (past !== undefined) return past.recorded;
    const recorded = this.#running(id).end(message);
    this.#runs.delete(id);
    return recorded;
  }

  /** A run with its curve and decisions, going on or ended. */
  show(id: string): RunPicture | PastRun {
    const open = this.#rooms.journals.read(id);
    if (open !== undefined) return runPicture(open);
    const past = this.#rooms.ended.find(id);
    if (past !== undefined) return past;
    throw unknown(id);
  }

  /** All runs of the store folder, those that other processes are told too. */
  list(): RunListing {
    const open = this.#rooms.journals.all().filter(({ head }) => !this.#rooms.ended.has(head.id));
    const running = open.map((content) => runPicture(content).summary);
    return { running, past: this.#rooms.ended.past().reverse(), feedback: this.#rooms.book.rates() };
  }

  /** What `recommend --json` prints for a task and a request. */
  recommend(body: unknown): unknown {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new InvalidInputError("the body must be an object.", 'Send {"task":{...},"request":{...}}.');
    }
    const { task, request, ...others } = body as Record<string, unknown>;
    const question = { task: factsOf("task", task), request: { ...factsOf("request", request), ...others } };
    const { recommendation, task: understood } = this.#around.recommend(question);
    return { ...recommendation, task: understood };
  }
}

function factsOf(name: string, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidInputError(`${name} must be an object.`, "Send facts by name.");
}

const unknown = (id: string): UnknownRunError =>
  new UnknownRunError(`there is no run ${JSON.stringify(id.slice(0, 200))}.`, "Start it with POST /v1/runs.");

const hasEnded = (id: string): ConflictError =>
  new ConflictError(`run ${id} has ended.`, "Give the next run another name.");
