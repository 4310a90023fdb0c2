import { describeReader } from "../testing/reader-contract.ts";
import { boosterResults } from "./booster-results.ts";

describeReader(boosterResults, [
  {
    name: "XGBoost: sets of metrics",
    files: {
      "evals_result.json":
        '{"train": {"logloss": [0.6, 0.5, 0.4]}, "eval": {"logloss": [0.65, 0.6, 0.62], "auc": [0.7, 0.8, 0.9]}}',
    },
    primary: "evals_result.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          metrics: ["eval-logloss", "eval-auc"],
          firstEval: { step: 0, "eval-auc": 0.7 },
          lastEval: { step: 2, "eval-logloss": 0.62 },
        },
        record: {
          kind: "quality",
          points: [{ step: 1, quality: 0.7, trainLoss: 0.6 }, {}, { step: 3, quality: 0.9 }],
        },
      },
    ],
  },
  {
    name: "LightGBM's cross-validation, indented, with NaN",
    files: {
      "r.json":
        '{\n  "valid": {\n    "binary_logloss-mean": [0.6, NaN, 0.4],\n    "binary_logloss-stdv": [0.1, 0.1, 0.1]\n  }\n}\n',
    },
    primary: "r.json",
    runs: [{ facts: { nEvalPoints: 2, metrics: ["valid-binary_logloss-mean"] } }],
  },
]);
