import { describeReader } from "../testing/reader-contract.ts";
import { hfResultsJson } from "./hf-results-json.ts";

describeReader(hfResultsJson, [
  {
    name: "final values are facts and no curve",
    files: {
      "out/all_results.json":
        '{"epoch": 3.0, "eval_f1": 0.5, "eval_loss": NaN, "eval_runtime": 9, "eval_samples": 77, "train_loss": 1}',
    },
    primary: "out/all_results.json",
    status: "skipped",
    reason: /final values only/,
    runs: [
      {
        record: undefined,
        facts: {
          nEvalPoints: 1,
          lastStep: null,
          metrics: ["eval_f1"],
          firstEval: { step: null, epoch: 3, eval_f1: 0.5 },
        },
      },
    ],
  },
  {
    name: "a training summary",
    files: { "metrics.json": '{"train_runtime": 9, "train_loss": 1}' },
    primary: "metrics.json",
    status: "skipped",
    reason: /without evaluation values/,
    runs: [],
  },
]);
