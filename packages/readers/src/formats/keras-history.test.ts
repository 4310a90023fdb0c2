import { describeReader } from "../testing/reader-contract.ts";
import { kerasHistory } from "./keras-history.ts";

describeReader(kerasHistory, [
  {
    name: "lists per epoch with bare NaN",
    files: {
      "out/history.json":
        '{"loss": [2, NaN, 0.5], "accuracy": [0.1, 0.2, 0.3], "val_loss": [1.5, 1.25, "NaN"], "val_accuracy": [0.25, 0.5, 0.75]}',
    },
    earlier: { "out/history.json": '{"loss": [2, 1], "val_loss": [1.5, 1.25], "val_accuracy": [0.25, 0.5]}' },
    primary: "out/history.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          metrics: ["val_loss", "val_accuracy"],
          lastEval: { step: null, epoch: 2, val_accuracy: 0.75 },
        },
        record: {
          points: [
            { step: 1, quality: 0.25, trainLoss: 2 },
            { step: 2, trainLoss: null },
            { step: 3, evalLoss: null, trainLoss: 0.5 },
          ],
        },
      },
    ],
  },
  {
    name: "as tfjs gives it",
    files: { "h.json": '{"epoch": [0, 1], "history": {"val_acc": [0.5, 0.6], "loss": [1, 0.5]}}' },
    primary: "h.json",
    runs: [{ record: { metric: "accuracy", points: [{ step: 1 }, { step: 2, quality: 0.6 }] } }],
  },
  {
    name: "lists of different lengths: those of the evaluations are read, the others named",
    files: { "h.json": '{"loss": [1, 2, 3], "val_loss": [1, 0.5], "train_loss": [2, 1]}' },
    primary: "h.json",
    runs: [{ facts: { nEvalPoints: 2, metrics: ["val_loss"] }, record: { points: [{ trainLoss: 2 }, {}] } }],
    warnings: [/another length than the 2 evaluations are not read: loss/],
  },
  {
    name: "lists of different lengths without an evaluation",
    files: { "h.json": '{"loss": [1, 2, 3], "accuracy": [1, 2]}' },
    primary: "h.json",
    status: "failed",
    reason: /must hold lists of one length, got 3, 2/,
    runs: [],
  },
  {
    name: "validation every second epoch",
    files: { "h.json": '{"loss": [5, 4, 3, 2, 1], "val_loss": [4.5, 2.5], "val_accuracy": [0.1, 0.2]}' },
    primary: "h.json",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          firstEval: { epoch: 1, val_loss: 4.5 },
          lastEval: { epoch: 3, val_loss: 2.5 },
        },
      },
    ],
  },
  {
    name: "columns as pandas writes them",
    files: { "history.json": '{"loss":{"0":2,"1":1},"val_accuracy":{"0":0.25,"1":0.5}}' },
    primary: "history.json",
    runs: [{ facts: { nEvalPoints: 2, lastEval: { epoch: 1, val_accuracy: 0.5 } } }],
  },
]);
