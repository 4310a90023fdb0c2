import { describeReader } from "../testing/reader-contract.ts";
import { flairTrainingLog } from "./flair-training-log.ts";

const epoch = (n: number, score: string): string[] => [
  `2019-06-11 13:45:02,441 epoch ${n} - iter 0/149 - loss 0.71`,
  `2019-06-11 13:54:52,676 EPOCH ${n} done: loss 0.${n} - lr 0.1000 - bad epochs 0`,
  `2019-06-11 13:55:49,388 DEV : loss 0.25 - score ${score}`,
  `2019-06-11 13:56:46,862 TEST : loss 0.5 - score 0.125`,
];
const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(flairTrainingLog, [
  {
    name: "epochs from 1 with the scores that follow",
    files: {
      "out/training.log": text(...epoch(1, "0.25"), ...epoch(2, "0.75"), ...epoch(3, "0.5").slice(0, 1)),
    },
    earlier: { "out/training.log": text(...epoch(1, "0.25"), ...epoch(2, "0.5")) },
    primary: "out/training.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 2,
          metrics: ["DEV loss", "DEV score", "TEST loss", "TEST score"],
          firstEval: { step: 1, "DEV score": 0.25 },
        },
        record: {
          points: [
            { step: 1, quality: 0.25, testQuality: 0.125, trainLoss: 0.1, lr: 0.1 },
            { step: 2, quality: 0.75 },
          ],
        },
      },
    ],
  },
  {
    name: "the spelling of newer versions",
    files: {
      "training.log": text(
        "2023-01-01 10:00:00,000 EPOCH 1 done: loss 0.5 - lr: 0.000005",
        "2023-01-01 10:00:01,000 DEV : loss 0.25 - f1-score (micro avg)  0.5",
        "2023-01-01 10:00:00,000 EPOCH 2 done: loss 0.5 - lr: 0.000003",
        "2023-01-01 10:00:01,000 DEV : loss 0.25 - f1-score (micro avg)  0.75",
      ),
    },
    primary: "training.log",
    runs: [
      {
        facts: { metrics: ["DEV loss", "DEV f1-score (micro avg)"] },
        record: { points: [{ quality: 0.5, lr: 5e-6 }, { quality: 0.75 }] },
      },
    ],
  },
]);
