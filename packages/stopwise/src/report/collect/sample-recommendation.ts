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

/**
 * A recommendation in full for the task of one of some runs: the first that is certified, else the first that is not, else
 * the first abstention.
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
  const [first] = answers.toSorted((a, b) => rank[a.answer.status] - rank[b.answer.status]);
  if (first === undefined) return { unmeasured: "No run is there to recommend for." };
  const { run, answer } = first;
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
