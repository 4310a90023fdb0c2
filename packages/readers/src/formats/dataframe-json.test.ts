import { describeReader } from "../testing/reader-contract.ts";
import { dataframeJson } from "./dataframe-json.ts";

const columns = JSON.stringify({
  loss: { 0: 2, 1: null, 2: 1.5, 3: null, 4: 1.2, 5: null },
  epoch: { 0: 0.5, 1: 0.5, 2: 1, 3: 1, 4: 1.5, 5: 1.5 },
  step: { 0: 100, 1: 100, 2: 200, 3: 200, 4: 300, 5: 300 },
  eval_loss: { 0: null, 1: 1.9, 2: null, 3: 1.6, 4: null, 5: 1.4 },
  eval_exact_match: { 0: null, 1: 0.2, 2: null, 3: 0.3, 4: null, 5: 0.4 },
});
const expected = {
  facts: {
    nEvalPoints: 3,
    lastStep: 300,
    metrics: ["eval_loss", "eval_exact_match"],
    firstEval: { step: 100, epoch: 0.5, eval_loss: 1.9 },
    lastEval: { step: 300, epoch: 1.5, eval_exact_match: 0.4 },
  },
  record: {
    metric: "exact_match",
    points: [{ step: 100, trainLoss: 2 }, { step: 200 }, { step: 300, quality: 0.4 }],
  },
};

describeReader(dataframeJson, [
  {
    name: "columns by row number",
    files: { "history.json": columns },
    primary: "history.json",
    runs: [expected],
  },
  {
    name: "lists by column",
    files: {
      "log.json":
        '{"step": [100, 100, 200, 300], "loss": [2, null, null, null], "epoch": [0.5, 0.5, 1, 1.5], "eval_loss": [null, 1.9, 1.6, 1.4]}',
    },
    primary: "log.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          firstEval: { step: 100, epoch: 0.5, eval_loss: 1.9 },
          lastEval: { epoch: 1.5 },
        },
      },
    ],
  },
  {
    name: "split into columns and data",
    files: {
      "df.json": '{"columns":["epoch","val_accuracy"],"index":[0,1,2],"data":[[1,0.5],[2,0.6],[3,0.7]]}',
    },
    primary: "df.json",
    runs: [{ facts: { nEvalPoints: 3, metrics: ["val_accuracy"], firstEval: { step: null, epoch: 1 } } }],
  },
]);
