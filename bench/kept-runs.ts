// What a model loses by keeping fewer runs: tsx bench/kept-runs.ts RUNS.jsonl.gz [N_SPLITS] [LIMIT ...]
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { curveOf, groupOf, neverStop, reachedPlan, runRecordSchema, type RunRecord } from "@stopwise/core";
import { shuffled, randomFrom } from "@stopwise/core/random";
import { taskOf } from "@stopwise/features";
import { recommendFrom, trainModel, type StopwiseModel } from "@stopwise/meta-model";
import { learnedCriteria, type LearnedAnswer } from "@stopwise/meta-model/predict";
import { replay } from "@stopwise/policies";

const [file, nSplits = "4", ...limits] = process.argv.slice(2);
if (file === undefined) throw new Error("Give a file of run records.");
const runs = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => runRecordSchema.parse(JSON.parse(line)))
  .filter(({ kind }) => kind === "quality");
const groups = [...new Set(runs.map(groupOf))];
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Saving and loss of what is recommended and of the learned stopper, on a run that the model has not seen. */
function outcomesOf(model: StopwiseModel, run: RunRecord, maxLoss: number) {
  const [task, curve] = [taskOf(run), curveOf(run)];
  const answer = recommendFrom(model, task, { bound: "mean", maxLoss });
  const learned = answer.advice["learned"] as LearnedAnswer | undefined;
  const context = { task, criteria: learnedCriteria(model), modelHash: model.hash };
  return {
    start: replay(answer.policy, curve, { task }),
    learned: replay(learned?.policy ?? neverStop, curve, context),
  };
}

const rows = (limits.length > 0 ? limits.map(Number) : [600, 800, 1100]).flatMap((maxRuns) =>
  [0.005, 0.01].map((maxLoss) => ({ maxRuns, maxLoss, splits: [] as ReturnType<typeof judged>[] })),
);

function judged(model: StopwiseModel, test: readonly RunRecord[], maxLoss: number) {
  const byGroup = new Map<string, ReturnType<typeof outcomesOf>[]>();
  for (const run of test) {
    const outcomes = outcomesOf(model, run, maxLoss);
    byGroup.set(groupOf(run), [...(byGroup.get(groupOf(run)) ?? []), outcomes]);
  }
  const groupMean = (of: (it: ReturnType<typeof outcomesOf>) => number): number =>
    mean([...byGroup.values()].map((members) => mean(members.map(of))));
  return {
    start: { saving: groupMean((it) => it.start.saving), emLoss: groupMean((it) => it.start.emLoss) },
    learned: { saving: groupMean((it) => it.learned.saving), emLoss: groupMean((it) => it.learned.emLoss) },
  };
}

for (let seed = 1; seed <= Number(nSplits); seed++) {
  const held = new Set(shuffled(groups, randomFrom(seed)).slice(0, Math.ceil(groups.length / 3)));
  const train = runs.filter((run) => !held.has(groupOf(run)));
  const test = runs.filter((run) => held.has(groupOf(run)) && reachedPlan(run));
  for (const maxRuns of new Set(rows.map((row) => row.maxRuns))) {
    const model = trainModel(train, { seed, maxRuns });
    for (const row of rows.filter((it) => it.maxRuns === maxRuns)) {
      row.splits.push(judged(model, test, row.maxLoss));
    }
  }
}
const shown = (
  of: (it: ReturnType<typeof judged>) => { saving: number; emLoss: number },
  all: (typeof rows)[number],
) =>
  `${mean(all.splits.map((it) => of(it).saving)).toFixed(3)} @ ${(100 * mean(all.splits.map((it) => of(it).emLoss))).toFixed(2)}`;
console.log(`${runs.length} runs, ${groups.length} groups, a third of them held out, ${nSplits} splits`);
console.table(
  rows.map((row) => ({
    "runs kept": row.maxRuns,
    "mean loss asked": 100 * row.maxLoss,
    recommended: shown((it) => it.start, row),
    learned: shown((it) => it.learned, row),
  })),
);
