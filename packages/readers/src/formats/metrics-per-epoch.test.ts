import { describeReader } from "../testing/reader-contract.ts";
import { metricsPerEpoch } from "./metrics-per-epoch.ts";

const epoch = (n: number) =>
  JSON.stringify({
    best_epoch: n,
    epoch: n,
    training_loss: 1 - n / 10,
    validation_accuracy: n / 10,
    validation_loss: 2 - n / 10,
    best_validation_accuracy: n / 10,
    peak_worker_0_memory_MB: 3,
  });

describeReader(metricsPerEpoch, [
  {
    name: "AllenNLP",
    files: Object.fromEntries([10, 9, 2].map((n) => [`run/metrics_epoch_${n}.json`, epoch(n)])),
    primary: "run/metrics_epoch_10.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          metrics: ["validation_accuracy", "validation_loss"],
          firstEval: { step: null, epoch: 2, validation_accuracy: 0.2 },
          lastEval: { epoch: 10, validation_accuracy: 1 },
        },
        record: { metric: "accuracy", points: [{ trainLoss: 0.8 }, {}, {}] },
      },
    ],
  },
  {
    name: "home-made: by step, bare scores, two folders are two runs",
    files: {
      ...Object.fromEntries(
        [100, 200, 300].map((n) => [`a/eval_step_${n}.json`, `{"f1": 0.${n}, "time": 3}`]),
      ),
      ...Object.fromEntries(
        [100, 200, 300].map((n) => [`b/eval_step_${n}.json`, `{"f1": 0.${n + 50}, "time": 3}`]),
      ),
    },
    primary: "b/eval_step_300.json",
    runs: [
      {
        facts: { nEvalPoints: 3, lastStep: 300, metrics: ["f1"] },
        record: { points: [{ step: 100, quality: 0.15 }, {}, {}] },
      },
    ],
  },
]);
