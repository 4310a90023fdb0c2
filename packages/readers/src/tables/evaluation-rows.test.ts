import { describe, expect, test } from "vitest";
import { cleanUp, readFiles } from "../testing/reader-contract.ts";
import { evaluationRule, repeatedEvaluations } from "./evaluation-rows.ts";
import { rolesOf } from "./generic-columns.ts";

cleanUp();

const lines = (...rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n") + "\n";
const range = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

test.each([
  ["a score of the training batch", { step: 1, loss: 2, lr: 1e-4, mean_token_accuracy: 0.6 }, undefined],
  ["a preference accuracy", { step: 1, loss: 2, "rewards/accuracies": 0.6 }, undefined],
  ["with the gradient norm", { step: 1, grad_norm: 0.5, token_acc: 0.6 }, undefined],
  ["a row of its own", { step: 1, accuracy: 0.6 }, { accuracy: 0.6 }],
  [
    "a score of whole answers in a summary",
    { epoch: 1, train_loss: 2, exact_match: 0.4 },
    { exact_match: 0.4 },
  ],
  ["the same in a step of training", { step: 1, loss: 2, lr: 1e-4, exact_match: 0.4 }, undefined],
  ["beside a validation loss", { epoch: 1, train_loss: 2, val_loss: 1, f1: 0.4 }, { val_loss: 1, f1: 0.4 }],
  ["a twin of a validation score", { epoch: 1, loss: 2, acc: 0.9, val_acc: 0.4 }, { val_acc: 0.4 }],
  [
    "a setting, a time and a count",
    { step: 1, eval_every: 250, val_time: 2.5, val_samples_seen: 9 },
    undefined,
  ],
  [
    "a metric of an odd name",
    { step: 1, ["eval___proto__"]: 1, val_acc: 0.5 },
    { eval___proto__: 1, val_acc: 0.5 },
  ],
])("%s", (_, row, expected) => {
  const values = evaluationRule(rolesOf(Object.keys(row)))(row);
  expect(values === undefined ? undefined : { ...values }).toEqual(expected);
});

const carried = (values: readonly number[], inTraining = true) =>
  values.map((value) => ({ values: { val_loss: value }, inTraining }));

describe("repeats of the last evaluation", () => {
  test("are told in a log whose lines had none before the first", () => {
    const rows = carried([2, 2, 2, 1.5, 1.5, 1.5]);
    expect(repeatedEvaluations(rows, { nBefore: 3, nBetween: 0 })).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
  });
  test.each([
    ["rows that are no training rows", carried([2, 2, 2, 1.5, 1.5], false), { nBefore: 3, nBetween: 0 }],
    ["training rows without a value between", carried([2, 2, 2, 1.5, 1.5]), { nBefore: 3, nBetween: 40 }],
    [
      "a plateau in rows that each have a value",
      carried([2, 1.9, 1.9, 1.9, 1.9, 1.9]),
      { nBefore: 0, nBetween: 0 },
    ],
    ["a score that never leaves 0", carried([0, 0, 0, 0, 0]), { nBefore: 0, nBetween: 0 }],
    ["a loss that is NaN", carried([2, Number.NaN, Number.NaN, Number.NaN]), { nBefore: 1, nBetween: 0 }],
  ])("near miss: %s", (_, rows, surroundings) => {
    expect(repeatedEvaluations(rows, surroundings).some(Boolean)).toBe(false);
  });
});

test("litgpt prints the last validation loss in its training lines", async () => {
  const training = (step: number, val: string) =>
    `Epoch 1 | iter ${step} step ${step} | loss train: ${(3 - step / 20).toFixed(3)}, val: ${val} | iter time: 20.1 ms`;
  const text = range(20).flatMap((step) => {
    const val = step <= 5 ? "n/a" : (2.0543 - Math.floor((step - 1) / 5) / 10).toFixed(3);
    return step % 5 === 0
      ? [
          training(step, val),
          `iter ${step}: val loss ${(2.0543 - step / 50).toFixed(4)}, val time: 310.20 ms`,
        ]
      : [training(step, val)];
  });
  const [entry] = await readFiles({ "lit.log": text.join("\n") + "\n" });
  expect(entry?.runs[0]?.facts).toMatchObject({ nEvalPoints: 4, metrics: ["val loss"], lastStep: 20 });
});

test("behind train_runtime the same step is not evaluated again, a lower one begins another training", async () => {
  const training = (first: number) =>
    range(4).flatMap((n) => [
      { step: 10 * n, loss: 3 - n / 10, lr: 1e-4 },
      { step: 10 * n, eval_loss: first - n / 10, eval_f1: n / 10 },
    ]);
  const end = { step: 40, train_runtime: 60, train_loss: 2.5 };
  const [entry] = await readFiles({
    "log.jsonl": lines(...training(2), end, { step: 40, eval_loss: 9, eval_f1: 0.01 }, ...training(3), end),
  });
  expect(entry?.runs).toHaveLength(2);
  expect(entry?.runs[0]?.facts.lastEval).toMatchObject({ step: 40, eval_loss: 1.6, eval_f1: 0.4 });
  expect(entry?.runs[1]?.facts).toMatchObject({ nEvalPoints: 4, lastEval: { eval_loss: 2.6 } });
});

test("printed source code and templates are no data", async () => {
  const code = [
    "import torch",
    "from torch import nn",
    "class Net(nn.Module):",
    "    def forward(self, x):",
    "        return x",
    "val_loss_every = 125 # steps between evaluations",
    "for step in range(10):",
    "    val_loss = 0.5",
    '    print(f"step:{step}/{total} val_loss:{val_loss:.4f}")',
    "=".repeat(80),
  ];
  const rows = range(4).map((n) => `step:${10 * n}/40 val_loss:${(4 - n / 10).toFixed(4)}`);
  const [entry] = await readFiles({ "run.log": [...code, ...rows].join("\n") + "\n" });
  expect(entry?.runs[0]?.facts).toMatchObject({
    nEvalPoints: 4,
    firstEval: { step: 10, val_loss: 3.9 },
    best: { val_loss: { min: 3.6 } },
  });
});

test("chatter, plans and settings of a console are no places", async () => {
  const text = [
    "Resuming from step 900",
    "Total optimization steps = 60",
    "  Gradient Accumulation steps = 4",
    ...range(6).flatMap((n) => [
      `step ${10 * n} | loss: ${3 - n / 10}`,
      `step ${10 * n} | val_loss: ${2 - n / 10}`,
      "Saved checkpoint with step 5 to out/checkpoint-5",
    ]),
  ];
  const [entry] = await readFiles({ "run.log": text.join("\n") + "\n" });
  expect(entry?.runs[0]).toMatchObject({
    facts: { nEvalPoints: 6, lastStep: 60, firstEval: { step: 10 } },
    record: { plannedSteps: 60 },
  });
});

test("cells that tell place and plan, tokens that begin anew, an evaluation before training at epoch 0", async () => {
  const [swift] = await readFiles({
    "log.jsonl": lines(...range(5).map((n) => ({ "step/total": `${20 * n}/100`, eval_loss: 2 - n / 10 }))),
  });
  expect(swift?.runs[0]).toMatchObject({ facts: { lastStep: 100 }, record: { plannedSteps: 100 } });
  const [resumed] = await readFiles({
    "log.jsonl": lines(
      ...range(6).map((n) => ({ step: n, num_tokens: n <= 3 ? 100 * n : 100 * (n - 3), eval_acc: n / 10 })),
    ),
  });
  expect(resumed?.runs[0]?.record?.points.map(({ tokens }) => tokens)).toEqual([
    100, 200, 300, 400, 500, 600,
  ]);
  const [early] = await readFiles({
    "log.jsonl": lines(
      { epoch: 0, val_acc: 0.1 },
      ...range(4).map((n) => ({ epoch: n, train_loss: 3 - n, val_acc: 0.1 + n / 10 })),
    ),
  });
  expect(early?.runs[0]?.record?.points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
});
