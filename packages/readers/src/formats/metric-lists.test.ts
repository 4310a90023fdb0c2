import { describeReader } from "../testing/reader-contract.ts";
import { metricLists } from "./metric-lists.ts";

const steps = (n: number, from: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.round((from - i / 100) * 100) / 100);

describeReader(metricLists, [
  {
    name: "llama-recipes: lists of a step and lists of an epoch",
    files: {
      "metrics_data_None-2026-01-05_10-00-00.json": JSON.stringify({
        train_step_loss: steps(40, 2),
        train_loss: [1.9, 1.6, 1.4, 1.3],
        val_step_loss: steps(20, 1.8),
        val_loss: [1.75, 1.6, 1.55, 1.5],
        val_perplexity: [5.8, 5, 4.7, 4.6],
      }),
    },
    primary: "metrics_data_None-2026-01-05_10-00-00.json",
    runs: [
      {
        facts: {
          nEvalPoints: 4,
          metrics: ["val_loss", "val_perplexity"],
          firstEval: { epoch: 0, val_loss: 1.75 },
          lastEval: { epoch: 3, val_perplexity: 4.6 },
        },
        record: {
          kind: "loss",
          points: [{ step: 1, trainLoss: 1.9 }, {}, {}, { step: 4, value: 1.5, trainLoss: 1.3 }],
        },
      },
    ],
  },
  {
    name: "training losses of a step alone: the last of each epoch; more steps than the head shows",
    files: {
      "m.json": JSON.stringify({
        train_step_loss: steps(3000, 50),
        val_loss: [1.7, 1.6, 1.5],
        val_acc: [0.1, 0.2, 0.3],
      }),
    },
    primary: "m.json",
    runs: [
      {
        facts: { nEvalPoints: 3 },
        record: { metric: "accuracy", points: [{ trainLoss: 40.01 }, {}, { trainLoss: 20.01 }] },
      },
    ],
  },
  {
    name: "no list of one evaluation value an epoch",
    files: { "m.json": '{"train_step_loss": [3, 2, 1], "val_step_loss": [3, 2, 1]}' },
    primary: "m.json",
    status: "skipped",
    reason: /no evaluation list/,
    runs: [{ facts: { nEvalPoints: 0 } }],
  },
]);
