import { describeReader } from "../testing/reader-contract.ts";
import { boosterConsole } from "./booster-console.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";
const rounds = (n: number, line: (round: number) => string): string[] =>
  Array.from({ length: n }, (_, i) => line(i));

describeReader(boosterConsole, [
  {
    name: "XGBoost: rounds from 0",
    files: {
      "xgb.log": text(...rounds(6, (i) => `[${i}]\ttrain-logloss:0.${69 - i}00\teval-logloss:0.${70 - i}00`)),
    },
    primary: "xgb.log",
    runs: [
      {
        facts: {
          nEvalPoints: 6,
          lastStep: 5,
          metrics: ["eval-logloss"],
          firstEval: { step: 0, "eval-logloss": 0.7 },
          lastEval: { step: 5, "eval-logloss": 0.65 },
        },
        record: {
          kind: "loss",
          points: [{ step: 1, value: 0.7, trainLoss: 0.69 }, {}, {}, {}, {}, { step: 6 }],
        },
      },
    ],
  },
  {
    name: "LightGBM: early stopping prints the best round again",
    files: {
      "train.txt": text(
        "[LightGBM] [Info] Number of positive: 212, number of negative: 357",
        "Training until validation scores don't improve for 2 rounds",
        "[10]\ttraining's auc: 0.91\tvalid_1's auc: 0.80",
        "[20]\ttraining's auc: 0.93\tvalid_1's auc: 0.85",
        "[30]\ttraining's auc: 0.95\tvalid_1's auc: 0.84",
        "Early stopping, best iteration is:",
        "[20]\ttraining's auc: 0.93\tvalid_1's auc: 0.85",
      ),
    },
    primary: "train.txt",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 30,
          metrics: ["valid_1's auc"],
          lastEval: { "valid_1's auc": 0.84 },
        },
        record: { end: "early-stopped", kind: "quality", points: [{ quality: 0.8 }, { quality: 0.85 }, {}] },
      },
    ],
  },
  {
    name: "the rounds that were asked for, behind a scheduler's prefix",
    files: {
      "job.out": text(
        "[2026-01-05:10:00:01:INFO] Determined delimiter of CSV input is ','",
        ...rounds(4, (i) => `[${i}]#011train-error:0.${40 - i}0#011validation-error:0.${50 - i}0`),
        "Did not meet early stopping. Best iteration is:",
        "[3]#011train-error:0.370#011validation-error:0.470",
      ),
    },
    primary: "job.out",
    runs: [
      {
        facts: { nEvalPoints: 4 },
        record: { end: "completed", points: [{ quality: 0.5 }, {}, {}, { quality: 0.53 }] },
      },
    ],
  },
  {
    name: "folds in one console are trainings of their own",
    files: {
      "cv.log": text(
        "Fold 1",
        ...rounds(5, (i) => `[${i}]\tvalidation_0-rmse:1.${90 - i}`),
        "Fold 2",
        ...rounds(5, (i) => `[${i}]\tvalidation_0-rmse:1.${80 - i}`),
      ),
    },
    primary: "cv.log",
    runs: [
      { facts: { nEvalPoints: 5, firstEval: { step: 0, "validation_0-rmse": 1.9 } } },
      { facts: { nEvalPoints: 5, firstEval: { step: 0, "validation_0-rmse": 1.8 } } },
    ],
  },
  {
    name: "CatBoost: the best so far and timings are no scores",
    files: {
      "cat.log": text(
        "Learning rate set to 0.03",
        ...rounds(
          4,
          (i) =>
            `${i * 100}:\tlearn: 0.6${9 - i}\ttest: 0.7${9 - i}\tbest: 0.7${9 - i} (${i * 100})\ttotal: ${i}ms\tremaining: 1.${i}s`,
        ),
        "Stopped by overfitting detector  (50 iterations wait)",
      ),
    },
    primary: "cat.log",
    runs: [
      {
        facts: { nEvalPoints: 4, lastStep: 300, metrics: ["test"] },
        record: { end: "early-stopped", kind: "loss" },
      },
    ],
  },
  {
    name: "cross-validation with deviations",
    files: {
      "cv.log": text(
        ...rounds(4, (i) => `[${i}]\ttrain-rmse:1.${50 - i}+0.012\ttest-rmse:1.${60 - i}+0.013`),
      ),
    },
    primary: "cv.log",
    runs: [
      { facts: { metrics: ["test-rmse"], firstEval: { "test-rmse": 1.6 }, lastEval: { "test-rmse": 1.57 } } },
    ],
  },
  {
    name: "a training set alone",
    files: { "xgb.log": text("[0]\ttrain-rmse:1.5", "[1]\ttrain-rmse:1.4") },
    primary: "xgb.log",
    status: "skipped",
    reason: /training lines only/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 1 } }],
  },
]);
