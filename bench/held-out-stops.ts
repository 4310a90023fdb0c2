// Where the answers would have stopped each run of the shipped sweep, each by a model that has not seen the run's task: what
// `stopwise demo` shows. `npx tsx bench/held-out-stops.ts` writes packages/stopwise/src/verbs/demo/held-out.json anew.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { curveOf, groupOf, runRecordSchema, type RunRecord } from "@stopwise/core";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";
import { taskOf } from "@stopwise/features";
import { learnedCriteria, trainModel, type LearnedAnswer, type StopwiseModel } from "@stopwise/meta-model";
import { replay } from "@stopwise/policies";
import { adviseFrom } from "../packages/stopwise/src/library/advice.ts";

const nFolds = 5;
const seed = 1;
const target = new URL("../packages/stopwise/src/verbs/demo/held-out.json", import.meta.url);

/** 0-based evaluation of a stop, -1 for a run to its end; and whether the answer was certified. */
type Stop = readonly [index: number, certified: 0 | 1];

function runsOf(file: string): RunRecord[] {
  return gunzipSync(readFileSync(new URL(file, import.meta.url)))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ ...runRecordSchema.parse(JSON.parse(line)), regime: "from-scratch" as const }));
}

/** What the answers of a model do to one run: the policy of the start, and the learned criterion. */
function stopsOf(run: RunRecord, model: StopwiseModel): { start: Stop; learned: Stop } {
  const curve = curveOf(run);
  const advice = adviseFrom(model, { ...taskOf(run), regime: "from-scratch", maxEmLoss: 0.01 });
  const learned = advice.advice["learned"] as LearnedAnswer | undefined;
  const context = { criteria: learnedCriteria(model), task: advice.task };
  return {
    start: [replay(advice.policy, curve).stopIndex ?? -1, advice.status === "certified" ? 1 : 0],
    learned:
      learned === undefined
        ? [-1, 0]
        : [replay(learned.policy, curve, context).stopIndex ?? -1, learned.status === "certified" ? 1 : 0],
  };
}

const runs = runsOf("../datasets/qa-sweep.jsonl.gz");
const tasks = shuffled([...new Set(runs.map(groupOf))].sort(), randomFrom(seedFor(seed, "demo")));
const foldOf = new Map(tasks.map((task, index) => [task, index % nFolds]));
const stops: Record<string, readonly number[]> = {};
for (let fold = 0; fold < nFolds; fold++) {
  const model = trainModel(
    runs.filter((run) => foldOf.get(groupOf(run)) !== fold),
    { seed, ownPart: false },
  );
  for (const run of runs.filter((it) => foldOf.get(groupOf(it)) === fold)) {
    const { start, learned } = stopsOf(run, model);
    stops[run.id] = [...start, ...learned];
  }
  process.stderr.write(`fold ${fold + 1} of ${nFolds}\n`);
}
const facts = {
  command: "npx tsx bench/held-out-stops.ts",
  question: "at most 10 % of runs lose more than one point",
  nFolds,
  seed,
  columns: "start: evaluation (-1: the end), certified (0 or 1); learned: evaluation, certified",
};
const lines = Object.entries(facts).map(([name, value]) => `  "${name}": ${JSON.stringify(value)},`);
const rows = Object.entries(stops)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([id, row]) => `    "${id}": [${row.join(", ")}]`);
writeFileSync(target, `{\n${lines.join("\n")}\n  "stops": {\n${rows.join(",\n")}\n  }\n}\n`);
