import { curveOf, type End, type LiveRecorded, type RunRecord } from "@stopwise/core";
import { outcomeAt, type Stopper } from "@stopwise/policies";
import { auditShareOf, type FeedbackRate } from "./feedback.ts";
import type { JournalHead } from "./journal.ts";
import { recordOf } from "./live-record.ts";
import type { Rooms } from "./rooms.ts";
import type { Decided } from "./run-opening.ts";
import { savingAt } from "./saving.ts";
import { endSummary } from "./summary.ts";

/** A run at its end. */
export interface EndingRun {
  readonly head: JournalHead;
  readonly decided: readonly Decided[];
  readonly stopper: Stopper;
  readonly end: End;
}

/** What a run that went to its end would have saved and lost. */
function shadowOf(record: RunRecord, wouldStopAt: number | null, head: JournalHead): LiveRecorded["shadow"] {
  const index = record.points.findIndex(({ step }) => step === wouldStopAt);
  if (index < 0) return undefined;
  const { saving, emLoss } = outcomeAt(curveOf(record), index, head.treatment.policy.delivery);
  const [at, last] = [record.points[index]?.tokens, record.points.at(-1)?.tokens];
  const tokens = typeof at === "number" && typeof last === "number" ? last - at : null;
  return { share: saving, tokens, emLoss };
}

/** Feedback from a run that went to its plan and whose whole curve is here. */
function judge(record: RunRecord, head: JournalHead, rooms: Rooms, shadow: LiveRecorded["shadow"]): void {
  const { treatment, asked, task, missingUpTo } = head;
  const { population, mode, policy } = treatment;
  if (record.end !== "completed" || missingUpTo !== null || record.points.length === 0 || "of" in policy)
    return;
  rooms.book.judge({
    population,
    curve: curveOf(record),
    context: rooms.around.contextFor(policy, task),
    watched: mode !== "stop",
    auditShare: mode === "shadow" ? 1 : Math.max(auditShareOf(asked), leastAuditShare),
    wouldStop: shadow !== undefined,
    loss: shadow?.emLoss ?? 0,
  });
}

/** A watched run stands for at most a thousand that were not. */
const leastAuditShare = 1e-3;

/** What is told of an ended run: the answer to its trainer, the record for the store, the line of the history. */
function tell(run: EndingRun, rooms: Rooms): { recorded: LiveRecorded; record: RunRecord } {
  const { head, decided, stopper, end } = run;
  const stop = decided.find(({ decision }) => decision.action === "stop");
  const wasStopped = end === "early-stopped" && stop !== undefined;
  const wouldStopAt = wasStopped ? null : (stopper.wouldStopAt ?? stop?.decision.step ?? null);
  const points = decided.map(({ point }) => point);
  const record = recordOf(head, { points, end, wouldStopAt });
  const shadow = end === "completed" ? shadowOf(record, wouldStopAt, head) : undefined;
  const saved = wasStopped ? savingAt(points.at(-1)!, head.task) : { share: 0, tokens: 0 };
  judge(record, head, rooms, shadow);
  const rate: FeedbackRate | undefined = rooms.book.rate(head.treatment.population);
  const recorded: LiveRecorded = {
    type: "recorded",
    run: head.id,
    store: rooms.around.store,
    saved,
    wouldStopAt,
    ...(shadow === undefined ? {} : { shadow }),
    summary: endSummary({ head, points, end, saved, shadow, wasStopped }, rate),
  };
  return { recorded, record };
}

/**
 * Ends a run: its feedback moves the threshold of the next, and its record waits on the disk for the store. A run that
 * crashed keeps its journal, and may be gone on with.
 */
export function endRun(run: EndingRun, rooms: Rooms): LiveRecorded {
  const { head, end } = run;
  const { recorded, record } = tell(run, rooms);
  if (end === "crashed") {
    rooms.journals.append(head.id, { type: "crash" });
    return recorded;
  }
  const { saved, shadow } = recorded;
  const live = {
    ...(record["live"] as object),
    askedMode: head.asked.mode,
    saved,
    ...(shadow && { shadow }),
  };
  const { mode, using, status } = head.treatment;
  rooms.ended.add({
    record: { ...record, live },
    past: {
      id: head.id,
      task: head.task.name ?? null,
      model: head.task.model ?? null,
      metric: record.metric,
      startedAt: head.startedAt,
      endedAt: rooms.around.now().toISOString(),
      end,
      mode,
      using,
      status,
      nCheckpoints: record.points.length,
      recorded,
    },
  });
  rooms.journals.remove(head.id);
  return recorded;
}
