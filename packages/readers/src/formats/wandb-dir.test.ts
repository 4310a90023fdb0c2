import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { describeReader, readFiles } from "../testing/reader-contract.ts";
import { readWandbFile } from "../files/wandb-file.ts";
import { wandbDir } from "./wandb-dir.ts";

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
const field = (number: number, bytes: readonly number[]): number[] => [
  ...varint((number << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const words = (number: number, value: string): number[] =>
  field(number, [...new TextEncoder().encode(value)]);
const item = (key: string, json: string): number[] => field(1, [...words(1, key), ...words(16, json)]);
const nestedItem = (keys: readonly string[], json: string): number[] =>
  field(1, [...keys.flatMap((key) => words(2, key)), ...words(16, json)]);

const history = (...items: number[][]): number[] => field(2, items.flat());
const config = (...items: number[][]): number[] => field(5, items.flat());
const exit = (code: number): number[] => field(18, [8, ...varint(code)]);

const block = 32_768;
/** The log framing: chunks never cross a block, a block's last bytes are padding. */
function framed(...records: number[][]): Uint8Array {
  const bytes: number[] = [0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0];
  for (const record of records) {
    let rest = record;
    let isFirst = true;
    while (isFirst || rest.length > 0) {
      const room = block - (bytes.length % block);
      if (room < 7) {
        bytes.push(...new Array<number>(room).fill(0));
        continue;
      }
      const part = rest.slice(0, room - 7);
      rest = rest.slice(part.length);
      const type = isFirst ? (rest.length === 0 ? 1 : 2) : rest.length === 0 ? 4 : 3;
      const checksum = crc32(Uint8Array.from([type, ...part]));
      bytes.push(
        checksum & 255,
        (checksum >>> 8) & 255,
        (checksum >>> 16) & 255,
        checksum >>> 24,
        part.length & 255,
        part.length >>> 8,
        type,
        ...part,
      );
      isFirst = false;
    }
  }
  return Uint8Array.from(bytes);
}

const train = (step: number, loss: string) =>
  history(item("train/loss", loss), item("train/global_step", String(step)), item("_step", String(step * 2)));
const evaluate = (step: number, em: string) =>
  history(
    nestedItem(["eval/exact_match"], em),
    nestedItem(["eval/loss"], "1.5"),
    nestedItem(["train/global_step"], String(step)),
  );
const settings = config(item("learning_rate", "0.001"), item("max_steps", "40"), item("_wandb", "{}"));

const folder = "wandb/run-20250101_120000-abc";
const name = `${folder}/run-abc.wandb`;

describeReader(wandbDir, [
  {
    name: "history by the training step, keys old and new, settings, exit code",
    files: {
      [name]: framed(
        settings,
        train(5, "2.5"),
        evaluate(10, "0.25"),
        train(15, "NaN"),
        evaluate(20, "0.5"),
        exit(1),
      ),
      [`${folder}/files/wandb-summary.json`]: '{"eval/loss": 1}',
    },
    earlier: { [name]: framed(evaluate(10, "0.25"), evaluate(20, "0.5")) },
    primary: name,
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 20,
          metrics: ["eval/exact_match", "eval/loss"],
          firstEval: { step: 10, "eval/exact_match": 0.25, "eval/loss": 1.5 },
        },
        record: {
          end: "crashed",
          plannedSteps: 40,
          hyper: { lr: 0.001 },
          points: [
            { step: 10, quality: 0.25, trainLoss: 2.5 },
            { step: 20, quality: 0.5, trainLoss: null },
          ],
        },
      },
    ],
  },
  {
    name: "rows without any step are counted; settings beside",
    files: {
      [name]: framed(history(nestedItem(["val", "acc"], "0.5")), history(nestedItem(["val", "acc"], "0.75"))),
      [`${folder}/files/config.yaml`]: "batch_size:\n    value: 16\n_wandb:\n    value: {}\n",
    },
    primary: name,
    runs: [
      {
        record: {
          hyper: { batchSize: 16 },
          points: [
            { step: 0, quality: 0.5 },
            { step: 1, quality: 0.75 },
          ],
        },
      },
    ],
  },
]);

test("a real offline run of wandb 0.31.0 is read value by value", async () => {
  const bytes = readFileSync(join(import.meta.dirname, "../fixtures/offline-run.wandb"));
  const [entry] = await readFiles({ [name]: bytes });
  expect(entry).toMatchObject({ format: "wandb-dir", status: "read", path: name });
  expect(entry?.runs[0]?.facts).toEqual({
    nEvalPoints: 4,
    lastStep: 40,
    metrics: ["eval/exact_match", "eval/loss"],
    firstEval: { step: 10, "eval/exact_match": 10 / 64, "eval/loss": 0.1 },
    lastEval: { step: 40, "eval/exact_match": 40 / 64, "eval/loss": 0.025 },
    best: { "eval/exact_match": { min: 10 / 64, max: 40 / 64 }, "eval/loss": { min: 0.025, max: 0.1 } },
  });
  const { history, config, exitCode, displayName, nDamaged } = readWandbFile(bytes);
  expect(history).toHaveLength(12);
  expect(history[0]).toMatchObject({ "train/loss": 1, "train/global_step": 5, _step: 0 });
  expect({ exitCode, displayName, nDamaged }).toEqual({ exitCode: 0, displayName: "fixture", nDamaged: 0 });
  expect(config).toMatchObject({ learning_rate: 0.125, max_steps: 40 });
});

test("records larger than a block are put together, a damaged chunk costs its block", () => {
  const long = history(item("text", JSON.stringify("x".repeat(80_000))), item("_step", "7"));
  const whole = framed(evaluate(10, "0.1"), long, evaluate(20, "0.2"));
  expect(readWandbFile(whole)).toMatchObject({
    nDamaged: 0,
    history: [{}, { _step: 7 }, { "train/global_step": 20 }],
  });
  const broken = whole.slice();
  broken[40_000]! ^= 0xff;
  const { history: rows, nDamaged } = readWandbFile(broken);
  expect(nDamaged).toBe(1);
  expect(rows.map((row) => row["train/global_step"])).toEqual([10, 20]);
});

test("a folder without its history is said to be one", async () => {
  const [entry] = await readFiles({ [`${folder}/files/wandb-summary.json`]: '{"_wandb": {"runtime": 2}}' });
  expect(entry).toMatchObject({
    status: "skipped",
    format: "wandb-dir",
    reason: expect.stringContaining("no evaluation values") as string,
  });
});

test("without its .wandb file the console output gives the curve, the other files name it", async () => {
  const found = await readFiles({
    [`${folder}/files/config.yaml`]: "learning_rate:\n  value: 0.5\n",
    [`${folder}/files/output.log`]:
      "{'loss': 2.5, 'epoch': 0.5}\n{'eval_loss': 1.5, 'epoch': 1.0}\n{'eval_loss': 1.25, 'epoch': 2.0}\n",
    [`${folder}/files/wandb-summary.json`]: '{"eval/loss": 1.25}',
  });
  const output = found.find(({ path }) => path.endsWith("output.log"));
  expect(output).toMatchObject({
    status: "read",
    format: "wandb-dir",
    runs: [{ facts: { nEvalPoints: 2, metrics: ["eval_loss"] }, record: { hyper: { lr: 0.5 } } }],
  });
  expect(found.filter(({ partOf }) => partOf === output?.path)).toHaveLength(2);
});

test("a summary alone tells its last values, a damaged one is named", async () => {
  const summary = `${folder}/files/wandb-summary.json`;
  const [entry] = await readFiles({
    [summary]: '{"eval/loss": 1.25, "eval/em": "NaN", "train/global_step": 500, "_step": 520, "loss": 1}',
  });
  expect(entry).toMatchObject({
    status: "skipped",
    reason: expect.stringContaining("last values only") as string,
    runs: [{ facts: { nEvalPoints: 1, lastStep: 500, lastEval: { step: 500, "eval/loss": 1.25 } } }],
  });
  const [damaged] = await readFiles({ [summary]: '{"eval/loss": 1.25' });
  expect(damaged).toMatchObject({ status: "failed", reason: expect.stringContaining(summary) as string });
});
