import { expect, test } from "vitest";
import { modelFacts } from "./model-name.ts";

test.each([
  ["meta-llama/Llama-3.2-1B", "llama", 1e9],
  ["Qwen/Qwen2.5-7B-Instruct", "qwen", 7e9],
  ["google/flan-t5-base", "t5", 223e6],
  ["t5-small", "t5", 60.5e6],
  ["google/byt5-small", "t5", 300e6],
  ["facebook/wav2vec2-xls-r-300m", "wav2vec2", 300e6],
  ["distilbert-base-uncased", "distilbert", 66e6],
  ["xlm-roberta-large", "xlm-r", 560e6],
  ["roberta-base", "roberta", 125e6],
  ["bigscience/tr3m-1B3-pile", "gpt", 1.3e9],
  ["EleutherAI/pythia-1.4b-deduped", "pythia", 1.4e9],
  ["facebook/bart-large-cnn", "bart", 406e6],
  ["state-spaces/mamba-130m", "mamba", 130e6],
  ["microsoft/phi-2", "phi", 2.7e9],
  ["microsoft/phi-4", "phi", 14.7e9],
  ["microsoft/Phi-3.5-mini-instruct", "phi", 3.8e9],
  ["mistralai/Mixtral-8x7B-v0.1", "mixtral", 46.7e9],
  ["someone/Qwen-4x9B-moe", "qwen", null],
  ["google/flan-t5-xl", "t5", 2.85e9],
  ["google/flan-t5-xxl", "t5", 11.3e9],
  ["google/mt5-xl", "t5", 3.7e9],
  ["deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "qwen", 7e9],
  ["bert-base-multilingual-cased", "bert", 178e6],
  ["openai/whisper-large-v2", "whisper", 1550e6],
  ["Helsinki-NLP/opus-mt-ar-en", "marian", 77e6],
  ["gpt2", "gpt", 124e6],
  ["my-model", null, null],
  ["", null, null],
])("%s is %s with %s parameters", (name, family, params) => {
  expect(modelFacts(name)).toEqual({ family, params });
});
