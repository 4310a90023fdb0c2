import { describeReader } from "../testing/reader-contract.ts";
import { nanogptLog } from "./nanogpt-log.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(nanogptLog, [
  {
    name: "step, split, value",
    files: {
      "log/log.txt": text(
        ...[0, 250, 500].flatMap((at) => [
          `${at} val ${10.9 - at / 100}000`,
          `${at} hella 0.2${at / 50}00`,
          `${at} train 9.500000`,
          `${at + 1} train 9.${at + 100}000`,
        ]),
      ),
    },
    primary: "log/log.txt",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 501,
          metrics: ["val", "hella"],
          firstEval: { step: 0, val: 10.9, hella: 0.2 },
        },
        record: {
          kind: "quality",
          points: [{ step: 0 }, { step: 250, evalLoss: 8.4 }, { step: 500, trainLoss: 9.5 }],
        },
      },
    ],
  },
  {
    name: "losses alone",
    files: { "log.txt": text("0 val 10.9", "10 train 9.5", "20 val 8.5", "40 val 7.5") },
    primary: "log.txt",
    runs: [{ facts: { nEvalPoints: 3 }, record: { kind: "loss", metric: "eval_loss" } }],
  },
]);
