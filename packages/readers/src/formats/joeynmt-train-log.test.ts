import { describeReader } from "../testing/reader-contract.ts";
import { joeynmtTrainLog } from "./joeynmt-train-log.ts";

const step = (at: number): string =>
  `2024-05-06 06:19:22,276 - INFO - joeynmt.training - Epoch   1, Step:      ${at}, Batch Loss:     3.5, Batch Acc: 0.14, Tokens per Sec:       60, Lr: 0.000300`;
const result = (acc: string): string =>
  `2024-05-06 07:22:26,069 - INFO - joeynmt.prediction - Evaluation result (greedy) loss:   3.75, ppl:  41.50, acc:   ${acc}, generation: 3783.7685[sec], evaluation: 0.0000[sec]`;
const text = (...lines: string[]): string =>
  ["2024 - INFO - root - Hello! This is Joey-NMT (version 2.2.0).", ...lines].join("\n") + "\n";

describeReader(joeynmtTrainLog, [
  {
    name: "a result has the step of the training line before",
    files: {
      "m/train.log": text(
        "- joeynmt.helpers - cfg.training.learning_rate : 0.0003",
        "- joeynmt.helpers - cfg.training.batch_type : token",
        "- joeynmt.helpers - cfg.training.batch_size : 2048",
        step(400),
        step(500),
        result("0.25"),
        step(1000),
        result("0.50"),
        step(1100),
        "- joeynmt.training - Training ended since minimum lr 1e-08 was reached.",
      ),
    },
    earlier: { "m/train.log": text(step(500), result("0.25"), step(1000), result("0.50")) },
    primary: "m/train.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 1100,
          metrics: ["loss", "ppl", "acc"],
          firstEval: { step: 500, loss: 3.75, ppl: 41.5, acc: 0.25 },
        },
        record: {
          metric: "token_accuracy",
          end: "early-stopped",
          points: [{ step: 500, tokens: 1_024_000, trainLoss: 3.5, lr: 3e-4 }, {}],
        },
      },
    ],
  },
  {
    name: "no evaluation yet",
    files: { "train.log": text(step(100)) },
    primary: "train.log",
    status: "skipped",
    reason: /no evaluation result/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 100 } }],
  },
  {
    name: "versions before 2.0 state epoch and step, their loss is a sum",
    files: {
      "train.log": [
        "2020-05-05 10:00:00,000 Hello! This is Joey-NMT.",
        "2020-05-05 10:00:00,000 Epoch   1 Step:      100 Batch Loss:     5.5 Tokens per Sec:     1000, Lr: 0.000300",
        "2020-05-05 10:00:00,000 Validation result (greedy) at epoch   1, step      500: bleu:   1.25, loss: 92512.5, ppl:  1.0, duration: 20.1s",
        "2020-05-05 10:00:00,000 Validation result (greedy) at epoch   2, step     1000: bleu:   2.50, loss: 82512.5, ppl:  1.0, duration: 20.1s",
        "",
      ].join("\n"),
    },
    primary: "train.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 1000,
          metrics: ["bleu", "loss", "ppl"],
          firstEval: { step: 500, bleu: 1.25, loss: 92_512.5, ppl: 1 },
        },
        record: { points: [{ step: 500, evalLoss: 0, trainLoss: 5.5, lr: 0.0003 }, { quality: 0.025 }] },
      },
    ],
  },
]);
