import type { Checkpoint, Decision } from "@stopwise/core";
import { isGone, type JournalContent } from "./journal.ts";
import { progressAt, savingAt } from "./saving.ts";
import type { Treatment } from "./given-treatment.ts";

/** One line of a list of runs that go on. */
export interface RunSummary extends Pick<Treatment, "mode" | "using" | "status" | "sentence"> {
  readonly id: string;
  readonly task: string | null;
  readonly model: string | null;
  readonly metric: string;
  readonly kind: "quality" | "loss";
  readonly startedAt: string;
  /** `crashed` where its process is known to be gone. */
  readonly end: "running" | "crashed";
  readonly nCheckpoints: number;
  /** Share of the plan that is done; null where no plan is known. */
  readonly progress: number | null;
  readonly best: number | null;
  readonly decision: Decision | null;
  readonly wouldStopAt: number | null;
  /** What the learned criterion expects the rest of the run to add, at most; null where it is not at work. */
  readonly expectedGain: number | null;
  /** What stopping has saved, or would have. */
  readonly saved: { readonly share: number | null; readonly tokens: number | null } | null;
}

/** A run that goes on, with its curve and every decision. */
export interface RunPicture {
  readonly summary: RunSummary;
  readonly points: readonly Checkpoint[];
  readonly decisions: readonly Decision[];
}

function bestOf(points: readonly Checkpoint[], kind: RunSummary["kind"]): number | null {
  const values = points
    .map(({ quality, value }) => (kind === "loss" ? value : quality))
    .filter((value) => typeof value === "number");
  if (values.length === 0) return null;
  return values.reduce((a, b) => (kind === "loss" ? Math.min(a, b) : Math.max(a, b)));
}

/** The statistic is minus the root of the gain over a power of what is left, below 1: its square is at least the gain. */
function expectedGainOf(decision: Decision | undefined): number | null {
  if (decision?.criterion !== "remaining-gain" || decision.value === null) return null;
  return Math.min(0, decision.value) ** 2;
}

/** A journal as a picture of its run. */
export function runPicture({ head, checkpoints, owner, crashed }: JournalContent): RunPicture {
  const { id, task, treatment, startedAt } = head;
  const { mode, using, status, sentence, population } = treatment;
  const kind = population.metricClass === "loss" ? "loss" : "quality";
  const points = checkpoints.map(({ point }) => point);
  const decisions = checkpoints.map(({ decision }) => decision);
  const last = checkpoints.at(-1);
  const stopStep = last?.decision.action === "stop" ? last.decision.step : (last?.wouldStopAt ?? null);
  const stop = points.find(({ step }) => step === stopStep);
  const summary: RunSummary = {
    id,
    task: task.name ?? null,
    model: task.model ?? task.family ?? null,
    metric: task.metric ?? (kind === "loss" ? "eval_loss" : "exact_match"),
    kind,
    startedAt,
    ...{ mode, using, status, sentence },
    end: crashed || isGone(owner) ? "crashed" : "running",
    nCheckpoints: points.length,
    progress: last === undefined ? 0 : progressAt(last.point, task),
    best: bestOf(points, kind),
    decision: last?.decision ?? null,
    wouldStopAt: last?.wouldStopAt ?? null,
    expectedGain: expectedGainOf(last?.decision),
    saved: stop === undefined ? null : savingAt(stop, task),
  };
  return { summary, points, decisions };
}
