import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { taskFeatures, taskOf } from "@stopwise/features";
import { defaultPortfolio } from "@stopwise/policies";
import { describe, expect, test } from "vitest";
import { openContainer, packContainer } from "../file/container.ts";
import { StartModel } from "./start-model.ts";
import { splitRuns } from "../portfolio/split-runs.ts";
import { trainStart } from "../training/train-start.ts";

const curves = new URL("../../../../../shared/curves/", import.meta.url);
const present = existsSync(curves);
if (!present) console.log("the gate on real curves is skipped: ../shared/curves is not there");

function runsOf(name: string): RunRecord[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, curves))).toString();
  return text
    .trim()
    .split("\n")
    .map((line) => runRecordSchema.parse(JSON.parse(line)));
}

/** Share of runs that lie beyond the gate of a model that was trained on others. */
function shareBeyond(training: readonly RunRecord[], runs: readonly RunRecord[]): number {
  const policies = defaultPortfolio().filter((_, index) => index % 40 === 0);
  const split = splitRuns(training, { limit: 1100, seed: 1 })!;
  const part = trainStart(split, { policies, seed: 1, prefix: "quality", withCadence: false });
  const model = new StartModel(openContainer(packContainer({}, part.sections)), part.header, "quality");
  const beyond = runs.filter((run) => model.distanceTo(taskFeatures(taskOf(run))) > part.header.gate);
  return beyond.length / runs.length;
}

describe.skipIf(!present)("the gate", () => {
  const finetune = present ? runsOf("finetune") : [];
  const every = (step: number, runs: RunRecord[]): RunRecord[] =>
    runs.filter((_, index) => index % step === 0);

  test("another source is beyond it", () => {
    expect(shareBeyond(finetune, every(5, runsOf("algorithmic")))).toBeGreaterThan(0.6);
    expect(shareBeyond(every(3, runsOf("algorithmic")), every(5, finetune))).toBeGreaterThan(0.9);
  }, 120_000);

  test.each([
    ["family", "nmt-transformer", 0.9],
    ["family", "layoutlm", 0.5],
    ["metric", "wer", 0.4],
  ] as const)(
    "a whole %s that was left out, %s, is mostly beyond it",
    (field, value, least) => {
      const left = finetune.filter((run) => run[field] === value);
      const others = finetune.filter((run) => run[field] !== value);
      expect(shareBeyond(others, left)).toBeGreaterThan(least);
    },
    120_000,
  );

  test("most runs of the same kind are within it", () => {
    const held = new Set(
      [...new Set(finetune.map((run) => run.group))].filter((_, index) => index % 5 === 0),
    );
    const runs = finetune.filter((run) => held.has(run.group));
    expect(
      shareBeyond(
        finetune.filter((run) => !held.has(run.group)),
        runs,
      ),
    ).toBeLessThan(0.3);
  }, 120_000);
});
