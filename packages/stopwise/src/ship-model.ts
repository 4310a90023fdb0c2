// Trains the model that ships with the package on the shipped sweep: run by the build, not part of what is published.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema } from "@stopwise/core";
import { serializeModel, trainModel } from "@stopwise/meta-model";
import { usualLimits } from "./library/trainer-limits.ts";

const here = new URL("..", import.meta.url);
const sweep = new URL("../../datasets/qa-sweep.jsonl.gz", here);
const { version } = JSON.parse(readFileSync(new URL("package.json", here), "utf8")) as { version: string };

const runs = gunzipSync(readFileSync(sweep))
  .toString("utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => runRecordSchema.parse(JSON.parse(line)));
const nTasks = new Set(runs.map((run) => run.group)).size;
const model = trainModel(runs, {
  usualLimits,
  version: `stopwise ${version}`,
  trainedOn: `${runs.length} runs of ${nTasks} question-answer tasks, the sweep that ships with stopwise`,
});
mkdirSync(new URL("model/", here), { recursive: true });
writeFileSync(new URL("model/stopwise.model", here), serializeModel(model));
process.stderr.write(
  `model: ${runs.length} runs of ${nTasks} tasks, ${serializeModel(model).length} bytes\n`,
);
