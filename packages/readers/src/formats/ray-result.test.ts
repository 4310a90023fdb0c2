import { describeReader } from "../testing/reader-contract.ts";
import { rayResult } from "./ray-result.ts";

const row = (iteration: number, accuracy: string): string =>
  `{"mean_accuracy": ${accuracy}, "training_iteration": ${iteration}, "time_total_s": 3.5, "done": false, "config": {"lr": 0.01, "seed": 1}}`;
const text = (...rows: string[]): string => rows.join("\n") + "\n";

describeReader(rayResult, [
  {
    name: "reports of a trial that was restarted",
    files: {
      "exp/trial_1/result.json": text(
        row(1, "0.25"),
        row(2, "0.9"),
        row(3, "0.9"),
        row(2, '"null"'),
        row(3, "0.5"),
        row(3, "0.5"),
      ),
      "exp/trial_1/params.json": '{"lr": 0.01, "batch_size": 8}',
    },
    earlier: { "exp/trial_1/result.json": text(row(1, "0.25"), row(2, "0.5")) },
    primary: "exp/trial_1/result.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 3,
          metrics: ["mean_accuracy"],
          firstEval: { step: 1, mean_accuracy: 0.25 },
        },
        record: { metric: "accuracy", sweep: "exp", group: "exp", hyper: { lr: 0.01, batchSize: 8 } },
      },
    ],
    warnings: [/restarted/],
  },
]);
