import { groupOf, type Recommendation, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { recommendFrom, type StopwiseModel } from "@stopwise/meta-model";
import { describePolicy } from "@stopwise/policies";
import type { Measured, ReportRecommendation, ReportBound } from "../report-data.ts";
import { learnedOf, recommendOptions } from "./held-out-stops.ts";
import { taskInWords } from "./task-words.ts";

const rank: Readonly<Record<Recommendation["status"], number>> = {
  certified: 0,
  uncertified: 1,
  abstained: 2,
};

/** The middle by predicted saving among the best status that there is; ties by id. */
function typical<T extends { run: RunRecord; answer: Recommendation }>(answers: readonly T[]): T | undefined {
  const statuses = answers.map(({ answer }) => rank[answer.status]);
  const best = answers.filter((_, i) => statuses[i] === Math.min(...statuses));
  const sorted = best.toSorted(
    (a, b) =>
      a.answer.predicted.saving.mean - b.answer.predicted.saving.mean || (a.run.id < b.run.id ? -1 : 1),
  );
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * A recommendation in full, for the task of one of some runs: the one in the middle by predicted saving among those that
 * are certified, else among those that are not, else an abstention.
 *
 * @param shown runs of groups that the model has not learned from
 * @param given what is asked of whom
 * @param given.model what recommends
 * @param given.learnedFrom its runs, to name the groups of the evidence
 * @param given.bound what the recommendation has to keep
 */
export function sampleRecommendation(
  shown: readonly RunRecord[],
  given: { model: StopwiseModel; learnedFrom: readonly RunRecord[]; bound: ReportBound },
): Measured<ReportRecommendation> {
  const options = recommendOptions(given.bound);
  const answers = shown.map((run) => ({ run, answer: recommendFrom(given.model, taskOf(run), options) }));
  const shownOne = typical(answers);
  if (shownOne === undefined) return { unmeasured: "No run is there to recommend for." };
  const { run, answer } = shownOne;
  const learned = learnedOf(answer);
  const groups = new Map(given.learnedFrom.map((it) => [it.id, groupOf(it)]));
  return {
    task: `the task of run ${run.id} (${taskInWords(taskOf(run))})`,
    status: answer.status,
    sentence: answer.sentence,
    statement: answer.certificate.statement,
    predicted: answer.predicted,
    learned:
      learned === undefined
        ? null
        : { status: learned.status, sentence: learned.sentence, predicted: learned.predicted },
    pareto: answer.pareto.map(({ policy, saving, emLoss }) => ({
      sentence: describePolicy(policy),
      saving,
      emLoss,
    })),
    evidence: answer.evidence.map((it) => {
      const group = groups.get(it.run);
      return { ...it, ...(group === undefined ? {} : { group }) };
    }),
  };
}
