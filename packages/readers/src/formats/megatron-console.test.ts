import { describeReader } from "../testing/reader-contract.ts";
import { megatronConsole } from "./megatron-console.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";
const settings = (length: number): string[] => [
  ...Array.from({ length }, (_, i) => `  some_setting_${i} ${".".repeat(34)} None`),
  "  train_iters ..................................... 1000",
  "  global_batch_size ............................... 64",
  "  seq_length ...................................... 2048",
];
const iteration = (at: number): string =>
  ` [2026-01-05 10:00:50] iteration ${String(at).padStart(8)}/    1000 | consumed samples: ${String(at * 64).padStart(12)} | elapsed time per iteration (ms): 812.4 | learning rate: 1.431818E-04 | global batch size:    64 | lm loss: 9.629180E+00 | grad norm: 0.811 | number of nan iterations:   0 |`;
const validation = (at: string, loss: string): string[] => [
  "-".repeat(60),
  ` validation loss at ${at} | lm loss value: ${loss} | lm loss PPL: 6.363660E+03 | `,
  "-".repeat(60),
];
const body = [200, 400, 600].flatMap((at) => [
  iteration(at - 50),
  iteration(at),
  ...validation(`iteration ${at}`, `8.${900 - at}359E+00`),
]);

describeReader(megatronConsole, [
  {
    name: "iterations and validation losses",
    files: { "train.log": text(...settings(3), ...body) },
    primary: "train.log",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 600,
          metrics: ["lm loss value", "lm loss PPL"],
          firstEval: { step: 200, "lm loss value": 8.700359, "lm loss PPL": 6363.66 },
        },
        record: {
          kind: "loss",
          metric: "eval_loss",
          plannedSteps: 1000,
          points: [
            { step: 200, tokens: 200 * 64 * 2048, trainLoss: 9.62918, gradNorm: 0.811 },
            {},
            { step: 600 },
          ],
        },
      },
    ],
  },
  {
    name: "a thousand settings before the first iteration, rank prefixes, the end",
    files: {
      "nemo.out": text(
        ...settings(900).map((line) => `[default0]:${line}`),
        ...body.map((line) => `[default7]:${line}`),
        "[after training is done] datetime: 2026-01-05 12:00:00",
        ...validation("iteration 600 on validation set", "8.300359E+00"),
        ...validation("iteration 600 on test set", "8.400359E+00"),
      ),
    },
    primary: "nemo.out",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastEval: { step: 600, "lm loss value": 8.300359, "test lm loss value": 8.400359 },
        },
        record: { end: "completed", plannedSteps: 1000, points: [{}, {}, { value: 8.300359 }] },
      },
    ],
  },
]);
