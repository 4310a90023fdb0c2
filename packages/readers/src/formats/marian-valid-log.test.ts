import { describeReader } from "../testing/reader-contract.ts";
import { marianValidLog } from "./marian-valid-log.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(marianValidLog, [
  {
    name: "one line a metric",
    files: {
      "model/valid.log": text(
        ...[1, 2, 3].flatMap((turn) => [
          `[2026-01-05 10:00:00] [valid] Ep. ${Math.ceil(turn / 2)} : Up. ${turn * 1000} : cross-entropy : ${95 - turn}.30 : new best`,
          `[2026-01-05 10:00:00] [valid] Ep. ${Math.ceil(turn / 2)} : Up. ${turn * 1000} : bleu-detok : ${8 + turn}.10 : new best`,
        ]),
      ),
    },
    primary: "model/valid.log",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 3000,
          metrics: ["cross-entropy", "bleu-detok"],
          firstEval: { step: 1000, epoch: 1, "cross-entropy": 94.3, "bleu-detok": 9.1 },
          lastEval: { step: 3000, epoch: 2, "cross-entropy": 92.3 },
        },
        record: { points: [{ step: 1000, quality: 0.091 }, {}, { step: 3000 }] },
      },
    ],
  },
  {
    name: "train.log: settings, costs, labels seen, stalled as often as allowed",
    files: {
      "train.log": text(
        "[2026-01-05 10:00:00] [marian] Marian v1.12.0",
        "[2026-01-05 10:00:00] [config] after-epochs: 10",
        "[2026-01-05 10:00:00] [config] early-stopping: 2",
        "[2026-01-05 10:00:00] [config] learn-rate: 0.0003",
        "[2026-01-05 10:01:00] Ep. 1 : Up. 500 : Sen. 32,000 : Cost 6.24 * 1,234,567 @ 12,345 after 2,345,678 : Time 23.5s : 12345.67 words/s : gNorm 1.25 : L.r. 3.0000e-04",
        "[2026-01-05 10:01:00] [valid] Ep. 1 : Up. 500 : chrf : 41.5 : new best",
        "[2026-01-05 10:02:00] Ep. 1 : Up. 1000 : Sen. 64,000 : Cost 5.24 * 1,234,567 @ 12,345 after 4,691,356 : Time 23.5s : 12345.67 words/s : gNorm 1.05 : L.r. 3.0000e-04",
        "[2026-01-05 10:02:00] [valid] Ep. 1 : Up. 1000 : chrf : 41.4 : stalled 1 times (last best: 41.5)",
        "[2026-01-05 10:03:00] [valid] Ep. 2 : Up. 1500 : chrf : 41.3 : stalled 2 times (last best: 41.5)",
        "[2026-01-05 10:03:00] Training finished",
      ),
    },
    primary: "train.log",
    runs: [
      {
        facts: { nEvalPoints: 3, lastStep: 1500 },
        record: {
          end: "early-stopped",
          plannedEpochs: 10,
          hyper: { lr: 0.0003, patience: 2 },
          points: [
            { step: 500, quality: 0.415, trainLoss: 6.24, tokens: 2345678, gradNorm: 1.25 },
            { tokens: 4691356 },
            {},
          ],
        },
      },
    ],
  },
]);
