import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { lightningMetricsCsv } from "./lightning-metrics-csv.ts";

const rows = [
  "epoch,step,train_loss_epoch,train_loss_step,val_acc,val_loss",
  "0,49,,2.5,,",
  "0,99,,2.0,,",
  "0,99,,,0.5,1.25",
  "0,99,2.2,,,",
  "1,149,,1.5,,",
  "1,199,,,0.75,nan",
];
const text = (lines: readonly string[]): string => lines.join("\n") + "\n";

const fixtures: ReaderFixture[] = [
  {
    name: "sparse rows with settings beside",
    files: {
      "logs/version_0/metrics.csv": text(rows),
      "logs/version_0/hparams.yaml":
        "lr: 0.001\nbatch_size: 16\nmodel: !!python/object:models.Net {a: 1}\nopt: !!python/name:torch.Adam ''\n",
    },
    earlier: { "logs/version_0/metrics.csv": text(rows.slice(0, 4).concat("1,199,,,0.75,1")) },
    primary: "logs/version_0/metrics.csv",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 199,
          metrics: ["val_acc", "val_loss"],
          firstEval: { step: 99, epoch: 0, val_acc: 0.5, val_loss: 1.25 },
          lastEval: { step: 199, epoch: 1, val_acc: 0.75 },
        },
        record: {
          group: null,
          hyper: { lr: 0.001, batchSize: 16 },
          points: [
            { step: 99, quality: 0.5, evalLoss: 1.25, trainLoss: 2 },
            { step: 199, quality: 0.75, evalLoss: null, trainLoss: 1.5 },
          ],
        },
      },
    ],
  },
  {
    name: "scores of batches and of training are no evaluation; empty settings",
    files: {
      "metrics.csv": text([
        "acc,epoch,step,train_acc,val_f1_epoch/dataloader_idx_0",
        "0.5,0,9,0.5,",
        ",0,9,,0.25",
        ",1,19,,0.5",
      ]),
      "hparams.yaml": "{}\n",
    },
    primary: "metrics.csv",
    runs: [{ facts: { metrics: ["val_f1_epoch/dataloader_idx_0"] }, record: { metric: "f1" } }],
  },
  {
    name: "no validation columns",
    files: { "metrics.csv": text(["epoch,step,train_loss", "0,9,1", "0,19,0.5"]) },
    primary: "metrics.csv",
    status: "skipped",
    reason: /training rows only/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 19 } }],
  },
  {
    name: "a logger that was never told an epoch",
    files: { "lightning_logs/version_3/metrics.csv": "step,val_f1,val_loss\n0,0.25,1.0\n7,0.5,nan\n" },
    primary: "lightning_logs/version_3/metrics.csv",
    runs: [{ facts: { nEvalPoints: 2, lastStep: 7, best: { val_loss: { min: 1, max: 1 } } } }],
  },
];

describeReader(lightningMetricsCsv, fixtures);
