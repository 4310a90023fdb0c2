import { describeReader } from "../testing/reader-contract.ts";
import { kerasCsv } from "./keras-csv.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(kerasCsv, [
  {
    name: "epochs from 0, NA and arrays are missing",
    files: {
      "run/training.csv": text(
        "epoch,accuracy,confusion,loss,val_accuracy,val_loss",
        '0,0.5,"[1, 2]",2.0,0.25,1.5',
        '1,0.6,"[1, 2]",1.0,NA,1.25',
        '2,0.7,"[1, 2]",0.5,0.75,1.0',
      ),
    },
    earlier: {
      "run/training.csv": text(
        "epoch,accuracy,loss,val_accuracy,val_loss",
        "0,0.5,2.0,0.25,1.5",
        "1,0.6,1.0,NA,1.25",
        "2,0.7,0.5,0.75,1.0",
      ),
    },
    primary: "run/training.csv",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: null,
          metrics: ["val_accuracy", "val_loss"],
          firstEval: { step: null, epoch: 0 },
        },
        record: {
          metric: "accuracy",
          hyper: { stepIsEpoch: true },
          points: [
            { step: 1, epoch: 1, quality: 0.25, trainLoss: 2 },
            { step: 3, quality: 0.75, trainLoss: 0.5 },
          ],
        },
      },
    ],
  },
  {
    name: "an appended restart, another separator",
    files: {
      "log.csv": text(
        "epoch;loss;val_loss;val_acc",
        "0;2;2;0.1",
        "1;1;1;0.2",
        "2;1;1;0.9",
        "0;2;2;0.3",
        "1;1;1;0.4",
      ),
    },
    primary: "log.csv",
    runs: [{ record: { points: [{ quality: 0.3 }, { quality: 0.4 }] } }],
    warnings: [/restarted 1 times/],
  },
  {
    name: "training columns alone",
    files: { "log.csv": text("epoch,accuracy,loss", "0,0.5,1", "1,0.6,0.9") },
    primary: "log.csv",
    status: "skipped",
    reason: /training rows only/,
    runs: [{ facts: { nEvalPoints: 0 } }],
  },
]);
