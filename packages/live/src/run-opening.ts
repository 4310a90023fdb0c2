import { InvalidInputError, type LiveStart, type Policy, type Json } from "@stopwise/core";
import { createStopper, policyHash, type Stopper } from "@stopwise/policies";
import { thisProcess, type JournalCheckpoint, type JournalContent, type JournalHead } from "./journal.ts";
import { liveStateOf, type LiveState } from "./live-state.ts";
import type { Rooms } from "./rooms.ts";
import type { LiveSurroundings } from "./surroundings.ts";
import { treatmentOf } from "./treatment.ts";

/** A checkpoint that was decided. */
export type Decided = Pick<JournalCheckpoint, "point" | "decision" | "wouldStopAt">;

/** A run that can be told its next checkpoint. */
export interface OpenRun {
  readonly head: JournalHead;
  readonly decided: Decided[];
  readonly stopper: Stopper;
}

const decidedOf = ({ point, decision, wouldStopAt }: JournalCheckpoint): Decided => ({
  point,
  decision,
  wouldStopAt,
});

/** The policy of a run at work, from its beginning or from a state. */
export function stopperOf(
  { treatment, task }: Pick<JournalHead, "treatment" | "task">,
  around: LiveSurroundings,
  state?: Json,
): Stopper {
  return createStopper(treatment.policy, {
    ...around.contextFor(treatment.policy, task),
    audited: treatment.mode !== "stop",
    ...(state === undefined ? {} : { state }),
  });
}

/** Begins a journal under the run's name, else with the first number behind it that is free. */
function beginJournal({ journals, ended }: Rooms, run: string, facts: Omit<JournalHead, "id">): JournalHead {
  for (let attempt = 1; ; attempt++) {
    const head = { ...facts, id: attempt === 1 ? run : `${run}~${attempt}` };
    if (!ended.has(head.id) && journals.begin(head)) return head;
  }
}

function begin(asked: LiveStart, rooms: Rooms): OpenRun {
  const { around } = rooms;
  const answer = around.recommend({ task: asked.task, request: asked.request });
  const { task, ...treatment } = treatmentOf(asked, answer, rooms);
  const head = beginJournal(rooms, asked.run, {
    type: "start",
    version: 1,
    startedAt: around.now().toISOString(),
    owner: thisProcess(),
    asked: { ...asked, state: null },
    task,
    treatment,
    advice: { ...answer.recommendation },
    missingUpTo: null,
  });
  return { head, decided: [], stopper: stopperOf(head, around) };
}

/** A journal for a run whose beginning lies in another store. */
function beginElsewhere(asked: LiveStart, state: LiveState, rooms: Rooms): JournalHead {
  const { task, treatment, step } = state;
  const { around } = rooms;
  const { recommendation } = around.recommend({ task: asked.task, request: asked.request });
  return beginJournal(rooms, asked.run, {
    type: "start",
    version: 1,
    startedAt: around.now().toISOString(),
    owner: thisProcess(),
    asked: { ...asked, state: null },
    task,
    treatment,
    advice: { ...recommendation },
    missingUpTo: step,
  });
}

function requireSamePolicy(policy: Policy, state: LiveState): void {
  const [ours, theirs] = [policyHash(policy), policyHash(state.treatment.policy)];
  if (ours === theirs) return;
  throw new InvalidInputError(
    `the state belongs to policy ${theirs}, run ${state.id} has policy ${ours}.`,
    "Start with the state of this run, or with none.",
  );
}

/** Goes on from the state in a trainer's checkpoint; what was told beyond it is void. */
function goOn(asked: LiveStart, state: LiveState, rooms: Rooms): OpenRun {
  const { around, journals } = rooms;
  const journal = journals.read(state.id);
  if (journal !== undefined) requireSamePolicy(journal.head.treatment.policy, state);
  const stopper = stopperOf(journal?.head ?? state, around, state.stopper);
  if (journal === undefined) return { head: beginElsewhere(asked, state, rooms), decided: [], stopper };
  journals.resume(journal.head.id, state.step);
  const decided = journal.checkpoints.filter(({ point }) => point.step <= state.step);
  return { head: journal.head, decided: decided.map(decidedOf), stopper };
}

/**
 * Opens the run of a start message: a new one, or the one whose state it carries.
 *
 * @throws InvalidInputError where a fact, the request or the state does not fit
 */
export function openRun(asked: LiveStart, rooms: Rooms): OpenRun {
  const state = liveStateOf(asked);
  return state === undefined ? begin(asked, rooms) : goOn(asked, state, rooms);
}

/** The stopper after everything that a journal holds. */
function replayed({ head, checkpoints }: JournalContent, around: LiveSurroundings): Stopper {
  const stopper = stopperOf(head, around);
  for (const { point } of checkpoints) stopper.observe(point);
  return stopper;
}

/**
 * Opens a run from its journal alone, after the process that was told it is gone.
 *
 * @returns undefined where no run of this name is going on here, or its beginning was told elsewhere
 */
export function reopenRun(id: string, rooms: Rooms): OpenRun | undefined {
  const journal = rooms.journals.read(id);
  if (journal === undefined || rooms.ended.has(id) || journal.head.missingUpTo !== null) return undefined;
  const stopper = replayed(journal, rooms.around);
  rooms.journals.resume(id, null);
  return { head: journal.head, decided: journal.checkpoints.map(decidedOf), stopper };
}
