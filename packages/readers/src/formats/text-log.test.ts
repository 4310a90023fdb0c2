import { expect, test } from "vitest";
import { readConsoleLine } from "../tables/console-lines.ts";
import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { textLog } from "./text-log.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";
const epoch = (n: number, loss: number): string[] => [
  `Epoch: ${n}/30`,
  "Time Taken: 35.08s - LR: 9.98e-05",
  "Train Loss: 7.25 - Train Perplexity: 1639.50",
  `Valid Loss: ${loss} - Valid Perplexity: 753.04`,
  "-----",
];

const fixtures: ReaderFixture[] = [
  {
    name: "name:value at step:N/M",
    files: {
      "out/run.log": text(
        "logs/8878c81f.txt",
        "step:125/500 val_loss:4.5 train_time:280.499s step_avg:2243.99ms",
        "step:250/500 val_loss:4.0 train_time:557.833s",
        "tail initialised step:300 taus:[150.0]",
      ),
    },
    earlier: { "out/run.log": text("step:125/500 val_loss:4.5", "step:250/500 val_loss:4.0") },
    primary: "out/run.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 300,
          metrics: ["val_loss"],
          firstEval: { step: 125, val_loss: 4.5 },
          best: { val_loss: { min: 4, max: 4.5 } },
        },
        record: {
          kind: "loss",
          plannedSteps: 500,
          points: [
            { step: 125, value: 4.5 },
            { step: 250, value: 4 },
          ],
        },
      },
    ],
  },
  {
    name: "lines per epoch with settings before",
    files: {
      "Run 1.log": text("lr: 0.0001", "batch_size: 128", ...epoch(1, 6.5), ...epoch(2, 6.25), "Epoch: 3/30"),
    },
    primary: "Run 1.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 3,
          metrics: ["Valid Loss", "Valid Perplexity"],
          firstEval: { step: 1, "Valid Loss": 6.5 },
        },
        record: {
          plannedEpochs: 30,
          hyper: { lr: 0.0001, batchSize: 128, stepIsEpoch: true },
          points: [{ step: 1, trainLoss: 7.25 }, { step: 2 }],
        },
      },
    ],
  },
  {
    name: "names without a colon",
    files: {
      "gpt.log": text(
        "step 250: train loss 4.1234, val loss 4.2345",
        "iter 300: loss 4.0, time 12.3ms",
        "step 500: train loss 3.5, val loss 3.75",
      ),
    },
    primary: "gpt.log",
    runs: [{ facts: { nEvalPoints: 2, lastStep: 500, best: { "val loss": { min: 3.75, max: 4.2345 } } } }],
  },
  {
    name: "printed trainer dictionaries",
    files: {
      "hf.out": text(
        "{'loss': 2.5, 'learning_rate': 1e-05, 'epoch': 0.5}",
        "{'eval_loss': 2.0, 'eval_exact_match': 0.25, 'eval_runtime': 12.5, 'epoch': 1.0}",
        "{'eval_loss': 1.5, 'eval_exact_match': 0.5, 'eval_runtime': 12.5, 'epoch': 2.0}",
      ),
    },
    primary: "hf.out",
    runs: [
      {
        facts: { nEvalPoints: 2, metrics: ["eval_loss", "eval_exact_match"] },
        record: {
          metric: "exact_match",
          points: [
            { step: 1, quality: 0.25 },
            { step: 2, quality: 0.5 },
          ],
        },
      },
    ],
  },
  {
    name: "Composer",
    files: {
      "rank0.txt": text(
        "[metric][batch=10]: loss/train/total: 2.5000",
        "[metric][batch=10]: metrics/eval/MulticlassAccuracy: 0.2500",
        "[metric][batch=20]: metrics/eval/MulticlassAccuracy: 0.5000",
      ),
    },
    primary: "rank0.txt",
    runs: [
      {
        facts: { nEvalPoints: 2, lastStep: 20 },
        record: { points: [{ quality: 0.25, trainLoss: 2.5 }, { quality: 0.5 }] },
      },
    ],
  },
  {
    name: "steps within epochs place nothing",
    files: {
      "t.log": text(
        "Epoch 1 step 50/100 loss: 2",
        "Epoch 1 step 100/100 loss: 2",
        "val_acc: 0.5",
        "Epoch 2 step 50/100 loss: 1",
        "Epoch 2 step 100/100",
        "val_acc: 0.75",
      ),
    },
    primary: "t.log",
    runs: [
      {
        facts: { nEvalPoints: 2, lastStep: 2 },
        record: {
          points: [
            { step: 1, quality: 0.5 },
            { step: 2, quality: 0.75 },
          ],
        },
      },
    ],
  },
  {
    name: "losses without a step are no curve",
    files: { "search.log": text("INFO: Val loss:  0.1375", "INFO: Val loss:  0.125") },
    primary: "search.log",
    status: "skipped",
    reason: /without an evaluation at a step or epoch/,
    runs: [],
  },
  {
    name: "a score before the first epoch stands at 0, a setting does not; a progress bar overwrites its line",
    files: {
      "run.log":
        "eval_steps: 500\nValid Loss: 7.5\n" +
        "Epoch 1: 0%|\rEpoch 1: 100%|#| 9/9 [00:10, valid_loss=2.5]\rEpoch 2: 100%|#| 9/9 [00:10, valid_loss=1.5]\n",
    },
    primary: "run.log",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 2,
          metrics: ["Valid Loss", "valid_loss"],
          firstEval: { step: 0, "Valid Loss": 7.5 },
          lastEval: { step: 2, valid_loss: 1.5 },
        },
      },
    ],
  },
];

describeReader(textLog, fixtures);

test.each([
  [
    "step:125/2900 val_loss:4.4464 train_time:280.499s",
    125,
    undefined,
    { val_loss: 4.4464, train_time: 280.499 },
  ],
  ["Step 10 | loss:1.25 lr:2e-05 tokens_per_second_per_gpu:1200 ", 10, undefined, { loss: 1.25, lr: 2e-5 }],
  [
    "2024-01-01 10:00:00 - INFO - root - epoch 3: dev_f1=0.5, test_f1=nan",
    undefined,
    3,
    { dev_f1: 0.5, test_f1: Number.NaN },
  ],
  ["\u001b[32mIteration 1,500 of 3,000\u001b[0m - eval_em: 12.5%", 1500, undefined, { eval_em: 12.5 }],
  ["Step 5 | loss:tensor(0.5)", 5, undefined, { loss: 0.5 }],
  ["{'eval_loss': '1.5', 'eval_em': '0.25', 'epoch': '2'}", undefined, 2, { eval_loss: 1.5, eval_em: 0.25 }],
  ["INFO Epoch(val) [2][100] eval/loss = 2.5", undefined, 2, { "eval/loss": 2.5 }],
  [
    "2022-01-01 10:00:00 | INFO | valid | epoch 002 | valid on 'valid' subset | loss 7.5 | ppl 90 | num_updates 1000",
    1000,
    2,
    { "valid loss": 7.5, "valid ppl": 90 },
  ],
])("%s", (line, step, epochNumber, values) => {
  const read = readConsoleLine(line);
  expect(read.step).toBe(step);
  expect(read.epoch).toBe(epochNumber);
  expect(Object.fromEntries(read.values)).toMatchObject(values);
});
