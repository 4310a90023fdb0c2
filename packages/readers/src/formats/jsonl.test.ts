import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { describeReader, readFiles, type ReaderFixture } from "../testing/reader-contract.ts";
import { jsonl } from "./jsonl.ts";

const text = (...rows: (Record<string, unknown> | string)[]): string =>
  rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n") + "\n";

const rows = Array.from({ length: 300 }, (_, index) => ({ step: index + 1, val_acc: (index % 10) / 10 }));

const fixtures: ReaderFixture[] = [
  {
    name: "rows of a trainer with a config row",
    files: {
      "run/log.jsonl": text(
        { event: "config", lr: 1e-3, num_steps: 40, batch_size: 8, model_name: "t5-small", dataset: "squad" },
        { event: "step", step: 10, "train/loss": 2, "train/lr": 1e-4, tokens: 80 },
        { event: "eval", step: 10, eval: { exact_match: 0.25, loss: 1 } },
        { event: "step", step: 20, "train/loss": 1, tokens: 160 },
        { event: "eval", step: 20, eval: { exact_match: 0.5, loss: 0.75 } },
        { event: "end", total: 3 },
      ),
    },
    earlier: {
      "run/log.jsonl": text(
        { event: "eval", step: 10, eval: { exact_match: 0.25, loss: 1 } },
        { event: "eval", step: 20, eval: { exact_match: 0.5, loss: 0.75 } },
      ),
    },
    primary: "run/log.jsonl",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 20,
          metrics: ["eval.exact_match", "eval.loss"],
          lastEval: { step: 20, "eval.exact_match": 0.5, "eval.loss": 0.75 },
        },
        record: {
          plannedSteps: 40,
          model: "t5-small",
          task: "squad",
          hyper: { lr: 1e-3, batchSize: 8 },
          points: [
            { step: 10, tokens: 80, quality: 0.25, evalLoss: 1, trainLoss: 2, lr: 1e-4 },
            { step: 20, tokens: 160, quality: 0.5, trainLoss: 1 },
          ],
        },
      },
    ],
  },
  {
    name: "every spelling of not a number",
    files: {
      "log.jsonl": text(
        '{"step": 1, "val_em": NaN, "val_loss": Infinity}',
        { step: 2, val_em: "NaN", val_loss: "null" },
        { step: 3, val_em: 0.5, val_loss: null },
        { step: 4, val_em: 0.75, val_loss: 1 },
      ),
    },
    primary: "log.jsonl",
    runs: [
      {
        facts: { nEvalPoints: 2, best: { val_loss: { min: 1, max: 1 } } },
        record: { points: [{ quality: null }, { quality: null }, { quality: 0.5 }, {}] },
      },
    ],
  },
  {
    name: "a bad line in many is skipped and named, an unfinished last line left out",
    files: { "log.jsonl": text(...rows.slice(0, 150), "{oops", ...rows.slice(150)) + '{"step": 301, "val' },
    primary: "log.jsonl",
    runs: [{ facts: { nEvalPoints: 300, lastStep: 300 } }],
    warnings: [/1 unreadable lines skipped: line 151/, /last line is incomplete/],
  },
  {
    name: "too many bad lines refuse the file",
    files: { "log.jsonl": text({ step: 1, val_acc: 0.5 }, "{oops", { step: 2, val_acc: 0.6 }) },
    primary: "log.jsonl",
    status: "failed",
    reason: /^log\.jsonl:2: is no JSON; 1 of 3 lines/,
    runs: [],
  },
  {
    name: "a first line that is no JSON refuses the file",
    files: { "log.jsonl": text("hello", { step: 1, val_acc: 0.5 }) },
    primary: "log.jsonl",
    status: "failed",
    reason: /^log\.jsonl:1: is no JSON/,
    runs: [],
  },
  {
    name: "gzipped, several runs told apart",
    files: {
      "log.jsonl.gz": gzipSync(
        text(
          ...["a", "b"].flatMap((run) => [1, 2].map((step) => ({ run_id: run, step, test_acc: step / 4 }))),
        ),
      ),
    },
    primary: "log.jsonl.gz",
    runs: [{ facts: { nEvalPoints: 2 } }, { facts: { nEvalPoints: 2 } }],
  },
  {
    name: "tokens without a step: the row's number is the step",
    files: { "log.jsonl": text({ tokens_seen: 10, eval_acc: 0.1 }, { tokens_seen: 30, eval_acc: 0.4 }) },
    primary: "log.jsonl",
    runs: [
      {
        record: {
          points: [
            { step: 1, tokens: 10 },
            { step: 2, tokens: 30 },
          ],
        },
      },
    ],
  },
  {
    name: "a data set is no log",
    files: { "data.jsonl": text({ question: "?", answer: "!" }, { question: "?", answer: "!" }) },
    primary: "data.jsonl",
    status: "skipped",
    reason: /no step, epoch or token column/,
    runs: [],
  },
  {
    name: "evaluations with an epoch among training rows with a step",
    files: {
      "log.jsonl":
        '{"step": 1, "loss": 3}\n{"eval_loss": 2, "epoch": 1}\n{"step": 2, "loss": 2}\n{"eval_loss": 1, "epoch": 2}\n',
    },
    primary: "log.jsonl",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 2,
          firstEval: { step: null, epoch: 1, eval_loss: 2 },
          lastEval: { step: null, epoch: 2, eval_loss: 1 },
        },
      },
    ],
  },
  {
    name: "one JSON list of rows",
    files: {
      "history.json": '[{"step": 1, "loss": 3}, {"step": 2, "eval_em": 0.5}, {"step": 4, "eval_em": NaN}]',
    },
    primary: "history.json",
    runs: [{ facts: { nEvalPoints: 1, lastStep: 4, lastEval: { step: 2, eval_em: 0.5 } } }],
  },
  {
    name: "JSON lines under the name of a JSON file",
    files: {
      "progress.json":
        '{"time/total_timesteps": 2048, "time/iterations": 1}\n{"time/total_timesteps": 4096, "eval/success_rate": 0.5}\n',
    },
    primary: "progress.json",
    runs: [{ facts: { nEvalPoints: 1, lastStep: 4096, lastEval: { step: 4096, "eval/success_rate": 0.5 } } }],
  },
  {
    name: "UTF-16 by its byte-order mark",
    files: {
      "log.jsonl": Buffer.from(
        '\uFEFF{"step": 1, "val_f1": 0.25}\r\n{"step": 2, "val_f1": 0.5}\r\n',
        "utf16le",
      ),
    },
    primary: "log.jsonl",
    runs: [{ facts: { nEvalPoints: 2, lastEval: { step: 2, val_f1: 0.5 } } }],
  },
];

describeReader(jsonl, fixtures);

const lineAt = (step: number): string => `{"step": ${step}, "loss": 2.5, "val_em": ${step / 65_536}}\n`;
const linesFrom = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => lineAt(from + index)).join("");

test.each([
  ["two objects", '{"step": 1, "loss": 2}, {"step": 2, "loss": 1}\n'],
  ["a list", '[{"step": 1}]\n'],
  ["a broken string", '{"step": 1, "note": "a\n'],
])("a line with %s in a later block is named by its number and costs itself", async (_, line) => {
  const [entry] = await readFiles({ "log.jsonl": linesFrom(0, 40_000) + line + linesFrom(40_000, 50_000) });
  expect(entry?.status).toBe("read");
  expect(entry?.runs[0]?.facts).toMatchObject({ nEvalPoints: 50_000, lastStep: 49_999 });
  expect(entry?.warnings.join()).toContain("1 unreadable lines skipped: line 40001");
});

test("joined training rows leave each evaluation the last values before it", async () => {
  const lines = [
    { step: 1, loss: 9, lr: 1 },
    { step: 2, loss: 8 },
    { step: 2, val_em: 0.5 },
    { step: 2, lr: 0.5 },
    { step: 3, loss: 7 },
    { step: 4, val_em: 0.75 },
    { step: 5, loss: 6 },
  ];
  const [entry] = await readFiles({
    "log.jsonl": lines.map((line) => JSON.stringify(line)).join("\r\n") + "\r\n",
  });
  expect(entry?.runs[0]?.record?.points).toMatchObject([
    { step: 2, trainLoss: 8, lr: 0.5 },
    { step: 4, trainLoss: 7, lr: 0.5 },
  ]);
});
