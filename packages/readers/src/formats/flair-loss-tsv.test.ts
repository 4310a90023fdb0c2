import { describeReader } from "../testing/reader-contract.ts";
import { flairLossTsv } from "./flair-loss-tsv.ts";

const head = "EPOCH\tTIMESTAMP\tBAD_EPOCHS\tLEARNING_RATE\tTRAIN_LOSS\tDEV_LOSS\tDEV_F1\tTEST_LOSS\tTEST_F1";
const rows = [
  "0\t13:54:52\t0\t0.1000\t0.5\t0.25\t0.5\t0.2\t0.4",
  "1\t14:06:52\t1\t0.0500\t0.25\t0.125\t0.75\t0.1\t0.6",
];
const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(flairLossTsv, [
  {
    name: "epochs from 0, scores on development and test data",
    files: { "out/loss.tsv": text(head, ...rows) },
    earlier: { "out/loss.tsv": text(head, ...rows).replace("14:06:52", "14:06:53") },
    primary: "out/loss.tsv",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 1,
          metrics: ["DEV_LOSS", "DEV_F1", "TEST_LOSS", "TEST_F1"],
          firstEval: { step: 0, DEV_LOSS: 0.25 },
        },
        record: {
          metric: "f1",
          hyper: { stepIsEpoch: true },
          points: [
            { step: 1, quality: 0.5, testQuality: 0.4, evalLoss: 0.25, trainLoss: 0.5, lr: 0.1 },
            { step: 2, quality: 0.75, testQuality: 0.6, lr: 0.05 },
          ],
        },
      },
    ],
  },
  {
    name: "trained without development data",
    files: {
      "loss.tsv": text("EPOCH\tTIMESTAMP\tBAD_EPOCHS\tLEARNING_RATE\tTRAIN_LOSS", "1\t13:54:52\t0\t0.1\t0.5"),
    },
    primary: "loss.tsv",
    status: "skipped",
    reason: /no DEV or TEST values/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 1 } }],
  },
]);
