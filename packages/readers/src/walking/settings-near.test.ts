import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { recordsOf } from "../index.ts";
import { cleanUp, readFiles, type Files } from "../testing/reader-contract.ts";

cleanUp();

const rows = [100, 200, 300, 400, 500, 600];

const state = JSON.stringify({
  global_step: 600,
  max_steps: 600,
  train_batch_size: 4,
  log_history: rows.map((step) => ({
    step,
    epoch: step / 300,
    eval_loss: 1 + 1 / (step + 0.123456),
    learning_rate: 1e-5,
  })),
});
const lines = rows.map((step) => JSON.stringify({ step, eval_loss: 1 + 1 / (step + 0.123456) })).join("\n");

async function recordOf(files: Files) {
  const records = recordsOf({ files: await readFiles(files) });
  expect(records).toHaveLength(1);
  return records[0]!;
}

const trainingArgs = readFileSync(resolve(import.meta.dirname, "../fixtures/training-args.bin"));
const adapter = JSON.stringify({ base_model_name_or_path: "meta-llama/Llama-3.2-1B", lora_dropout: 0.05 });
const axolotl = [
  "base_model: Qwen/Qwen2.5-0.5B",
  "datasets:\n  - path: tatsu-lab/alpaca",
  "output_dir: ./outputs/lora-out",
  "micro_batch_size: 2\ngradient_accumulation_steps: 8\nnum_epochs: 4\nlearning_rate: 0.0002\nlr_scheduler: cosine\n",
].join("\n");

test("training arguments and the adapter beside a Trainer's checkpoint", async () => {
  const record = await recordOf({
    "out/checkpoint-600/trainer_state.json": state,
    "out/checkpoint-600/training_args.bin": trainingArgs,
    "out/checkpoint-600/adapter_config.json": adapter,
  });
  expect(record).toMatchObject({
    model: "meta-llama/Llama-3.2-1B",
    family: "llama",
    params: 1e9,
    plannedSteps: 600,
    hyper: { batchSize: 32, lr: 2e-5, lrEstimated: false, scheduler: "cosine", weightDecay: 0.01 },
  });
});

test("an Axolotl file elsewhere in the tree that names the output folder", async () => {
  const files = {
    "configs/qlora.yml": axolotl,
    "outputs/lora-out/checkpoint-600/trainer_state.json": state,
  };
  expect(await recordOf(files)).toMatchObject({
    model: "Qwen/Qwen2.5-0.5B",
    task: "alpaca",
    hyper: { batchSize: 16, lr: 0.0002, scheduler: "cosine" },
  });
});

test("two files that claim one output folder tell nothing", async () => {
  const files = {
    "a.yml": axolotl,
    "b.yml": axolotl.replace("0.0002", "0.0001"),
    "outputs/lora-out/checkpoint-600/trainer_state.json": state,
  };
  expect(await recordOf(files)).toMatchObject({ model: null, task: null });
});

test("settings of a folder above are another run's, but for a logger's folder in a run's", async () => {
  const args = JSON.stringify({
    model: "Qwen/Qwen2.5-7B",
    dataset: ["org/my_set#500"],
    learning_rate: 1e-4,
    max_length: 2048,
  });
  expect(await recordOf({ "args.json": args, "runs/a/metrics.jsonl": lines })).toMatchObject({ model: null });
  const inside = {
    "out/v0/args.json": args,
    "out/v0/runs/Jan01_10-00-00_node/metrics.jsonl": lines,
  };
  expect(await recordOf(inside)).toMatchObject({
    model: "Qwen/Qwen2.5-7B",
    family: "qwen",
    params: 7e9,
    task: "my_set",
    hyper: { lr: 1e-4, sequenceLength: 2048 },
  });
});

test("the log's own facts stand before those beside it", async () => {
  const own = `{"event": "config", "lr": 0.5, "model": "t5-small"}\n${lines}`;
  const record = await recordOf({
    "r/metrics.jsonl": own,
    "r/args.json": JSON.stringify({ learning_rate: 0.1, model: "gpt2", seed: 7 }),
  });
  expect(record).toMatchObject({ model: "t5-small", hyper: { lr: 0.5, seed: 7 } });
});

test("parameters are counted in the header of the weights", async () => {
  const header = JSON.stringify({
    __metadata__: { format: "pt" },
    "a.weight": { dtype: "F32", shape: [100, 20], data_offsets: [0, 8000] },
    "b.bias": { dtype: "F32", shape: [30], data_offsets: [8000, 8120] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const record = await recordOf({
    "m/trainer_state.json": state,
    "m/model.safetensors": Buffer.concat([length, Buffer.from(header), Buffer.alloc(8120)]),
    "m/config.json": JSON.stringify({
      model_type: "bert",
      hidden_size: 20,
      num_hidden_layers: 1,
      vocab_size: 100,
    }),
  });
  expect(record).toMatchObject({ family: "bert", params: 2030 });
  expect(record.hyper).not.toHaveProperty("paramsEstimated");
});

test("damaged and hostile companions cost nothing", async () => {
  const record = await recordOf({
    "out/trainer_state.json": state,
    "out/training_args.bin": readFileSync(resolve(import.meta.dirname, "../fixtures/hostile-args.bin")),
    "out/config.json": "[".repeat(100_000),
    "out/adapter_config.json": "{",
    "out/hparams.yaml": "a: &a [*a]",
    "out/model.safetensors": Buffer.alloc(8, 0xff),
    "out/README.md": `---\n${"[".repeat(8000)}\n---\n${"#".repeat(50_000)}\n`,
  });
  expect(record).toMatchObject({ model: null, params: null, metric: "eval_loss" });
});

test("a card whose front matter nests too deep keeps its table, and a remark says so", async () => {
  const table = "| Epoch | Step | Validation Loss |\n|---|---|---|\n| 1 | 10 | 0.5 |\n| 2 | 20 | 0.4 |\n";
  const card = `---\ntags: [generated_from_trainer]\nx: ${"[".repeat(8000)}\n---\n### Training results\n\n${table}`;
  const [file] = await readFiles({ "README.md": card });
  expect(file?.runs[0]?.record?.points).toHaveLength(2);
  expect(file?.warnings.join(" ")).toContain("nests too deep and is not read");
});
