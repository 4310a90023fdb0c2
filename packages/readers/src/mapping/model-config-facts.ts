import { modelFacts } from "@stopwise/core";
import { modelName } from "./model-name-facts.ts";
import type { KnownFacts } from "./raw-run.ts";

type Config = Readonly<Record<string, unknown>>;

const first = (config: Config, ...names: readonly string[]): number | undefined => {
  for (const name of names) {
    const value = config[name];
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
};

/** Models whose feed-forward blocks have three matrices. */
const gated =
  /llama|mistral|mixtral|qwen|gemma|phi-?3|olmo|smollm|deepseek|granite|cohere|internlm|yi|starcoder2|modernbert/;

/**
 * Parameters of a transformer by its dimensions: attention, feed-forward and embedding matrices. Norms and biases
 * are left out, so that it is right to about one in a hundred.
 *
 * @param config - a Hugging Face `config.json`
 * @returns `undefined` where dimensions are missing
 */
export function paramsOfDimensions(config: Config): number | undefined {
  const width = first(config, "hidden_size", "d_model", "n_embd", "dim", "embed_dim");
  const words = first(config, "vocab_size") ?? 0;
  const layers = first(config, "num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers");
  if (width === undefined || layers === undefined || layers === 0) return undefined;
  const kind = typeof config["model_type"] === "string" ? config["model_type"] : "";
  const heads =
    first(config, "num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads") ?? 1;
  const headWidth = first(config, "head_dim", "d_kv") ?? width / heads;
  const keyHeads = first(config, "num_key_value_heads") ?? heads;
  const inner =
    first(config, "intermediate_size", "n_inner", "d_ff", "ffn_dim", "encoder_ffn_dim", "hidden_dim") ??
    4 * width;
  const projection = typeof config["feed_forward_proj"] === "string" ? config["feed_forward_proj"] : "";
  const nMatrices = gated.test(kind) || projection.startsWith("gated") ? 3 : 2;
  const nExperts = first(config, "num_local_experts", "num_experts") ?? 1;
  const attention = 2 * width * headWidth * (heads + keyHeads);
  const block = attention + nMatrices * width * inner * nExperts;
  const hasDecoder = config["is_encoder_decoder"] === true;
  const decoderLayers = hasDecoder ? (first(config, "decoder_layers", "num_decoder_layers") ?? layers) : 0;
  const isTied = config["tie_word_embeddings"] !== false || hasDecoder || !gated.test(kind);
  const places = /bert|gpt2|opt|bart|vit/.test(kind)
    ? (first(config, "max_position_embeddings", "n_positions") ?? 0)
    : 0;
  const embeddings = (isTied ? words : 2 * words) * width + places * width;
  return Math.round(embeddings + layers * block + decoderLayers * (block + attention));
}

/**
 * What a model's own `config.json` tells: its name where it was kept, else its kind and, by its dimensions, its size.
 */
export function modelConfigFacts(config: Config): KnownFacts {
  const name = modelName(config["_name_or_path"]);
  const named = name === undefined ? undefined : modelFacts(name);
  const kind = typeof config["model_type"] === "string" ? modelFacts(config["model_type"]) : undefined;
  const estimated = (named?.params ?? null) === null ? paramsOfDimensions(config) : undefined;
  return {
    model: name,
    family: (named?.family ?? null) === null ? (kind?.family ?? undefined) : undefined,
    params: estimated,
    ...(estimated !== undefined && { hyper: { paramsEstimated: true } }),
  };
}
