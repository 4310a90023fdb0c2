import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { curveOf, runRecordSchema, type RunRecord } from "@stopwise/core";
import { pairedOutcomes, type RunPair } from "@stopwise/policies";

interface Pair {
  readonly base: string;
  readonly action: string;
  readonly factor?: number;
}

function read(name: string): RunRecord[] {
  const bytes = readFileSync(new URL(`../datasets/${name}.jsonl.gz`, import.meta.url));
  const lines = gunzipSync(bytes).toString().trim().split("\n");
  return lines.map((line) => runRecordSchema.parse(JSON.parse(line)));
}

const bases = new Map(read("qa-sweep").map((run) => [run.id, curveOf(run)]));
const byAction = new Map<string, RunPair[]>();
for (const run of read("qa-pairs")) {
  const { base, action, factor } = run["pair"] as Pair;
  const from = bases.get(base);
  if (from === undefined) continue;
  const name = factor === undefined ? action : `${action} x ${factor}`;
  byAction.set(name, [...(byAction.get(name) ?? []), { base: from, changed: curveOf(run) }]);
}
console.log(
  "Learning-rate actions on paired runs of the shipped sweep, each to its end, best checkpoint delivered",
);
console.table(
  [...byAction].map(([action, pairs]) => {
    const { nPairs, meanSaving, meanEmLoss, meanGain, standardError, better, worse } = pairedOutcomes(pairs);
    const points = (value: number): string => (100 * value).toFixed(1);
    return {
      action,
      pairs: nPairs,
      "saving %": points(meanSaving),
      "gain, points": `${points(meanGain)} ± ${points(standardError)}`,
      "EM loss, points": points(meanEmLoss),
      "better %": points(better),
      "worse %": points(worse),
    };
  }),
);
