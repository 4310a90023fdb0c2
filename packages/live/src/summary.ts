import type { Checkpoint, LiveRecorded, LiveSaved } from "@stopwise/core";
import type { FeedbackRate } from "./feedback.ts";
import type { JournalHead } from "./journal.ts";

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const points = (loss: number): string => `${(100 * loss).toFixed(2)} points`;

/** What is told of a run that ended. */
export interface EndFacts {
  readonly head: JournalHead;
  readonly points: readonly Checkpoint[];
  readonly end: string;
  readonly saved: LiveSaved;
  readonly shadow: LiveRecorded["shadow"];
  /** Whether it was stopped because we said so. */
  readonly wasStopped: boolean;
}

function lossWords(loss: number, metricClass: string): string {
  return metricClass === "loss" ? `a loss ${percent(loss)} higher` : `${points(loss)} lost`;
}

function outcomeWords({ head, points: told, end, saved, shadow, wasStopped }: EndFacts): string {
  const { status, population } = head.treatment;
  if (end === "crashed") return `crashed after ${told.length} evaluations`;
  if (end === "early-stopped" && !wasStopped) return "was stopped by its trainer, not by stopwise";
  if (wasStopped) {
    const where =
      saved.share === null
        ? `at step ${told.at(-1)?.step ?? 0}`
        : `at ${percent(1 - saved.share)} of the plan`;
    return `stopped ${where}; ${status}`;
  }
  if (shadow === undefined) return "ran to its end: nothing would have stopped it";
  const would = `${percent(shadow.share)} saved, ${lossWords(shadow.emLoss, population.metricClass)}`;
  return `ran to its end; a stop would have meant ${would}`;
}

/** How far a population's runs are from the level that was asked for, in words. */
export function rateWords({ rate, alpha, nJudged, maxLoss, metricClass }: FeedbackRate): string {
  if (rate === null) return "no run has told yet how often stopping loses too much";
  const bound = metricClass === "loss" ? percent(maxLoss) : points(maxLoss);
  return `of runs like it ${percent(rate)} lose more than ${bound} (asked: at most ${percent(alpha)}; ${nJudged} could tell)`;
}

/** One line for the log of a run that ended. */
export function endSummary(facts: EndFacts, rate: FeedbackRate | undefined): string {
  const feedback = rate === undefined ? "" : `; ${rateWords(rate)}`;
  return `stopwise: run ${facts.head.id} ${outcomeWords(facts)}${feedback}.`;
}
