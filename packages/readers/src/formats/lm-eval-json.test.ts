import { expect, test } from "vitest";
import { describeReader, readFiles } from "../testing/reader-contract.ts";
import { lmEvalJson } from "./lm-eval-json.ts";

const results = (acc: number): string =>
  JSON.stringify({
    results: { arc: { acc, acc_stderr: 0.01 }, lambada: { "ppl,none": 9, alias: "x" } },
    versions: {},
  });

describeReader(lmEvalJson, [
  {
    name: "the checkpoints of a folder are one run",
    files: {
      "m/70m_step2000.json": results(0.5),
      "m/70m_step1000.json": results(0.25),
      "m/160m_step1000.json": results(0.3),
    },
    primary: "m/70m_step2000.json",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 2000,
          metrics: ["arc/acc", "lambada/ppl"],
          firstEval: { step: 1000, "arc/acc": 0.25, "lambada/ppl": 9 },
        },
        record: {
          points: [
            { step: 1000, quality: 0.25 },
            { step: 2000, quality: 0.5 },
          ],
        },
      },
    ],
  },
]);

test("the other checkpoints name the last one; another model is another run", async () => {
  const found = await readFiles({
    "m/70m_step2000.json": results(0.5),
    "m/70m_step1000.json": results(0.25),
    "m/160m_step1000.json": results(0.3),
  });
  expect(found.map(({ partOf }) => partOf)).toEqual([undefined, "m/70m_step2000.json", undefined]);
});
