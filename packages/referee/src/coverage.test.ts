import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { binomialUpperTail, type RunRecord, runRecordSchema } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import type { Bound } from "@stopwise/meta-model";
import { kernel } from "@stopwise/learners";
import { coverage, coverageStudy } from "./coverage.ts";
import { PredictionCache, StartMethod } from "./start-method.ts";

const curves = new URL("../../../../shared/curves/", import.meta.url);

function runsOf(name: string): RunRecord[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, curves))).toString();
  return text
    .trim()
    .split("\n")
    .map((line) => runRecordSchema.parse(JSON.parse(line)));
}

const bounds: Bound[] = [
  ...[0.05, 0.1, 0.2].map((alpha): Bound => ({ kind: "tail", maxEmLoss: 0.01, alpha })),
  { kind: "tail", maxEmLoss: 0.005, alpha: 0.1 },
  { kind: "tail", maxEmLoss: 0.02, alpha: 0.1 },
  ...[0.005, 0.01, 0.02].map((maxEmLoss): Bound => ({ kind: "mean", maxEmLoss })),
];

const present = existsSync(curves);
if (!present) console.log("coverage on real curves is skipped: ../shared/curves is not there");

describe.skipIf(!present).each(["finetune", "pretrain"])("certificates on %s", (name) => {
  const runs = present ? runsOf(name) : [];
  // Every third run of the large file keeps the test short; groups stay whole in number.
  const study = present
    ? coverageStudy(name === "pretrain" ? runs.filter((_, index) => index % 4 === 0) : runs, {
        seed: 3,
        nParts: 5,
      })
    : undefined;
  const method = new StartMethod("kernel", [kernel], new PredictionCache(bounds));

  test.each(bounds)(
    "keep $kind $maxEmLoss $alpha",
    (bound) => {
      const found = coverage(study!, method, { bound, seed: 11, nParts: 5, nPermutations: 400 });
      expect(found.trials).toBe(2000);
      expect(found.pValue, `${found.violations} violations of ${found.trials}`).toBeGreaterThan(0.01);
    },
    300_000,
  );

  test("they leave a saving", () => {
    const bound: Bound = { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 };
    const found = coverage(study!, method, { bound, seed: 11, nParts: 5, nPermutations: 400 });
    expect(found.meanSaving).toBeGreaterThan(0.05);
    expect(binomialUpperTail(found.violations, found.trials, 0.05), "the test has power").toBeLessThan(0.05);
  });
});
