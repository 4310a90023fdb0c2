import { describe, expect, test } from "vitest";
import { factsOfConfig } from "./config-facts.ts";
import { modelConfigFacts } from "./model-config-facts.ts";
import { dataSetName, modelName } from "./model-name-facts.ts";
import { settingsOfValue, yamlValue } from "./settings-text.ts";

const factsOfYaml = (text: string) =>
  factsOfConfig(Object.fromEntries(settingsOfValue(yamlValue(text))), { onlyKnown: true });

describe("settings of trainers", () => {
  test("Axolotl: base model, data set, whole batch, packed tokens", () => {
    const facts = factsOfYaml(
      [
        "base_model: NousResearch/Meta-Llama-3-8B",
        "datasets:",
        "  - path: mhenrichsen/alpaca_2k_test",
        "    type: alpaca",
        "val_set_size: 0.05",
        "sequence_len: 4096",
        "sample_packing: true",
        "gradient_accumulation_steps: 4",
        "micro_batch_size: 2",
        "num_epochs: 3",
        "lr_scheduler: cosine",
        "learning_rate: 2e-4",
        "warmup_steps: 10",
        "weight_decay: 0.0",
      ].join("\n"),
    );
    expect(facts).toMatchObject({
      model: "NousResearch/Meta-Llama-3-8B",
      task: "alpaca_2k_test",
      plannedEpochs: 3,
      tokensPerStep: 8 * 4096,
      evalSize: undefined,
      hyper: {
        batchSize: 8,
        lr: 2e-4,
        scheduler: "cosine",
        sequenceLength: 4096,
        warmupSteps: 10,
        weightDecay: 0,
      },
    });
    expect(facts.hyper).not.toHaveProperty("datasets");
  });

  test("LLaMA-Factory: several data sets, no packing, no tokens", () => {
    const facts = factsOfYaml(
      "model_name_or_path: meta-llama/Llama-3.2-1B\ndataset: identity,alpaca_en_demo\ncutoff_len: 2048\nper_device_train_batch_size: 1\ngradient_accumulation_steps: 8\nnum_train_epochs: 3.0\nval_size: 0.1\n",
    );
    expect(facts).toMatchObject({
      model: "meta-llama/Llama-3.2-1B",
      task: "identity+alpaca_en_demo",
      tokensPerStep: undefined,
      evalSize: undefined,
      hyper: { batchSize: 8, sequenceLength: 2048 },
    });
  });

  test("a plan in steps goes before the default of three epochs; -1 steps are no plan", () => {
    const trainer = { num_train_epochs: 3, max_steps: 1000 };
    expect(factsOfConfig(trainer)).toMatchObject({ plannedSteps: 1000, plannedEpochs: undefined });
    expect(factsOfConfig({ ...trainer, max_steps: -1 })).toMatchObject({
      plannedSteps: undefined,
      plannedEpochs: 3,
    });
  });

  test("the model's own settings that the Trainer mixes in do not shadow the training's", () => {
    const facts = factsOfConfig({
      "text_config._name_or_path": "some/inner-model",
      _name_or_path: "google/flan-t5-small",
      model_type: "t5",
      max_length: 20,
      "model/num_parameters": 76_961_152,
      train_batch_size: 16,
      per_device_train_batch_size: 8,
      gradient_accumulation_steps: 2,
      lr_scheduler_type: "SchedulerType.LINEAR",
    });
    expect(facts).toMatchObject({
      model: "google/flan-t5-small",
      params: 76_961_152,
      hyper: { batchSize: 32, scheduler: "linear" },
    });
    expect(facts.hyper).not.toHaveProperty("sequenceLength");
  });

  test.each([
    [{ batch_size: 12, gradient_accumulation_steps: 40, block_size: 1024 }, 480, 480 * 1024],
    [{ per_device_train_batch_size: 4, world_size: 8 }, 32, undefined],
    [{ total_train_batch_size: 64, train_batch_size: 8, gradient_accumulation_steps: 4 }, 64, undefined],
    [{ micro_batch_size: 2, grad_accum: 3, packing: true, max_seq_length: 512 }, 6, 3072],
  ])("%o is a batch of %d", (config, batchSize, tokens) => {
    const facts = factsOfConfig(config);
    expect(facts.hyper).toMatchObject({ batchSize });
    expect(facts.tokensPerStep).toBe(tokens);
  });

  test("odd names are data", () => {
    const facts = factsOfConfig(
      JSON.parse('{"__proto__": 3, "constructor": "x"}') as Record<string, unknown>,
    );
    expect(({} as Record<string, unknown>)["proto"]).toBeUndefined();
    expect(Object.keys(facts.hyper ?? {})).toEqual(expect.arrayContaining(["proto", "constructor"]));
  });
});

test.each([
  ["meta-llama/Llama-3.2-1B", "meta-llama/Llama-3.2-1B"],
  ["t5-small", "t5-small"],
  ["/root/.cache/huggingface/hub/models--Qwen--Qwen2.5-0.5B/snapshots/0a1b", "Qwen/Qwen2.5-0.5B"],
  ["/data/models/Qwen2.5-7B-Instruct/", "Qwen2.5-7B-Instruct"],
  ["./outputs/llama-sft/checkpoint-200", "llama-sft"],
  ["C:\\models\\gemma-2b", "gemma-2b"],
  ["/mnt/run17/final", undefined],
  ["auto", undefined],
  ["a model of ours", undefined],
  [7, undefined],
])("the model of %j is %j", (text, name) => {
  expect(modelName(text)).toBe(name);
});

test.each([
  ["rajpurkar/squad", "squad"],
  ["AI-ModelScope/alpaca-gpt4-data-zh#500", "alpaca-gpt4-data-zh"],
  ["data/SQuAD.jsonl", "squad"],
  ["data/train.jsonl", undefined],
  ["None", undefined],
  ["b_set, a_set", "b_set+a_set"],
])("the data set of %j is %j", (text, name) => {
  expect(dataSetName(text)).toBe(name);
});

test.each([
  [
    "llama-1b",
    {
      model_type: "llama",
      hidden_size: 2048,
      num_hidden_layers: 16,
      vocab_size: 128_256,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 64,
      intermediate_size: 8192,
      tie_word_embeddings: true,
    },
    1_235_814_400,
  ],
  [
    "bert-base",
    {
      model_type: "bert",
      hidden_size: 768,
      num_hidden_layers: 12,
      vocab_size: 30_522,
      num_attention_heads: 12,
      intermediate_size: 3072,
      max_position_embeddings: 512,
    },
    109_482_240,
  ],
  [
    "gpt2",
    { model_type: "gpt2", n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 50_257, n_positions: 1024 },
    124_439_808,
  ],
  [
    "t5-small",
    {
      model_type: "t5",
      d_model: 512,
      num_layers: 6,
      num_decoder_layers: 6,
      num_heads: 8,
      d_kv: 64,
      d_ff: 2048,
      vocab_size: 32_128,
      is_encoder_decoder: true,
      feed_forward_proj: "relu",
    },
    60_506_624,
  ],
])("the size of %s by its dimensions is right to two in a hundred", (_, config, params) => {
  const facts = modelConfigFacts(config);
  expect(Math.abs(facts.params! / params - 1)).toBeLessThan(0.02);
  expect(facts).toMatchObject({ hyper: { paramsEstimated: true } });
});

test.each([
  ["a deep list", "[".repeat(8000)],
  ["deep block lists", `${"- ".repeat(500)}a`],
  ["deep indentation", Array.from({ length: 300 }, (_, i) => `${" ".repeat(2 * i)}a:`).join("\n")],
  [
    "aliases of aliases",
    [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghij".split("").map((n, i) => `${n}: &${n} [${`*${"abcdefghij"[i]},`.repeat(9)}]`),
    ].join("\n"),
  ],
  ["a large text", `a: ${"x".repeat(400_000)}`],
])("%s is refused in no time", (_, text) => {
  const began = performance.now();
  expect(yamlValue(text)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1000);
});
