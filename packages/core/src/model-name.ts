/** What a model's name tells. */
export interface ModelFacts {
  /** Lower-case family as users name it, e.g. `t5`, `llama`; null where the name does not tell. */
  readonly family: string | null;
  /** Number of parameters; null where the name does not tell. */
  readonly params: number | null;
}

/** Family names, most specific first: the first pattern that matches the lower-cased name decides. */
const families: readonly (readonly [string, RegExp])[] = [
  ["xlm-r", /xlm-?roberta|xlm-r\b|xlmr|xlmroberta/],
  ["wav2vec2", /wav2vec|xls-?r|xlsr|w2v/],
  ["layoutlm", /layout(x?)lm|lilt/],
  ["distilbert", /distil-?bert|distil-?roberta|distil-?camembert/],
  ["deberta", /deberta/],
  ["albert", /albert|indic-?bert/],
  ["camembert", /camembert/],
  ["electra", /electra/],
  ["longformer", /longformer/],
  ["bigbird", /big-?bird/],
  ["mpnet", /mpnet/],
  ["modernbert", /modern-?bert/],
  ["pegasus", /pegasus/],
  ["nllb", /nllb/],
  ["m2m", /m2m/],
  ["marian", /marian|opus-?(mt|tatoeba)/],
  ["whisper", /whisper/],
  ["hubert", /hubert/],
  ["wavlm", /wavlm|unispeech|data2vec-audio/],
  ["led", /(^|[/_-])led([/_-]|$)/],
  ["bart", /bart/],
  ["t5", /(^|[^a-z])(flan-?|m|by|long-?|code|ara|plt|it|ul|u)?t5|t5|t0pp?|flan-ul2/],
  ["roberta", /roberta|bertweet|herbert|codebert/],
  ["bert", /bert|minilm/],
  ["swin", /swin/],
  ["convnext", /convnext/],
  ["vit", /(^|[/_-])(vit|deit|beit|dinov2)([/_-]|$)/],
  ["resnet", /resnet/],
  ["mixtral", /mixtral/],
  ["mistral", /mistral|zephyr/],
  ["llama", /llama|vicuna|alpaca|tulu/],
  ["qwen", /qwen|qwq/],
  ["deepseek", /deepseek/],
  ["gemma", /gemma/],
  ["phi", /(^|[/_-])phi([/_-]?\d|[/_-]|$)/],
  ["olmo", /olmo/],
  ["smollm", /smollm/],
  ["falcon", /falcon/],
  ["mamba", /mamba/],
  ["rwkv", /rwkv/],
  ["pythia", /pythia/],
  ["bloom", /bloom/],
  ["opt", /(^|[/_-])opt-\d/],
  ["gpt", /gpt|tr\d+[a-z]-\d+b\d*/],
  ["nmt-transformer", /joeynmt|fairseq|opennmt/],
  ["toy-transformer", /^transformer(-d\d+)?/],
  ["lstm", /lstm/],
  ["gru", /(^|[^a-z])gru/],
  ["rnn", /rnn/],
];

/** Parameters of well-known checkpoints whose names carry no number, from their published cards. */
const checkpoints: readonly (readonly [RegExp, number])[] = [
  [/8x7b/, 46.7e9],
  [/8x22b/, 141e9],
  [/deepseek-?(v3|r1)(?![\w-]*distill)/, 671e9],
  [/phi-?4-mini/, 3.8e9],
  [/phi-?4/, 14.7e9],
  [/phi-?3(\.5)?-mini/, 3.8e9],
  [/phi-?3-medium/, 14e9],
  [/phi-?2/, 2.7e9],
  [/phi-?1/, 1.3e9],
  [/mistral-nemo/, 12.2e9],
  [/mistral-large/, 123e9],
  [/ul2/, 20e9],
  [/t0pp?/, 11e9],
  [/(mt5|byt5|umt5)-xxl/, 13e9],
  [/(mt5|byt5|umt5)-xl/, 3.7e9],
  [/t5[\w.-]*-xxl/, 11.3e9],
  [/t5[\w.-]*-xl/, 2.85e9],
  [/bert-base-multilingual/, 178e6],
  [/camembert-base/, 111e6],
  [/camembert-large/, 337e6],
  [/longformer-base/, 149e6],
  [/longformer-large/, 435e6],
  [/led-base/, 162e6],
  [/led-large/, 460e6],
  [/xlnet-base/, 117e6],
  [/xlnet-large/, 360e6],
  [/modernbert-base/, 149e6],
  [/modernbert-large/, 395e6],
  [/deberta-v2-xxlarge/, 1.5e9],
  [/deberta-(v2-)?xlarge/, 890e6],
  [/minilm-l6/, 22.7e6],
  [/minilm-l12/, 33.4e6],
  [/mpnet-base/, 109e6],
  [/whisper-large-v3-turbo/, 809e6],
  [/bloomz?$/, 176e9],
  [/mt5-small|byt5-small/, 300e6],
  [/mt5-base|byt5-base/, 580e6],
  [/mt5-large/, 1230e6],
  [/t5[\w.-]*-small|codet5-small/, 60.5e6],
  [/t5[\w.-]*-base/, 223e6],
  [/t5[\w.-]*-large/, 738e6],
  [/distil-?bert/, 66e6],
  [/distil-?roberta/, 82e6],
  [/mbart/, 611e6],
  [/distilbart/, 306e6],
  [/bart-base/, 139e6],
  [/bart-large|bart-xsum|bart-cnn/, 406e6],
  [/xlm-?roberta-base|xlm-r-base/, 278e6],
  [/xlm-?roberta-large|xlm-r-large/, 560e6],
  [/deberta-v3-xsmall/, 70e6],
  [/deberta-v3-small/, 141e6],
  [/m?deberta-v3-base/, 184e6],
  [/deberta-v3-large|deberta-large/, 435e6],
  [/deberta-base/, 139e6],
  [/albert-base/, 11.8e6],
  [/albert-large/, 17.9e6],
  [/electra-small/, 14e6],
  [/electra-base/, 110e6],
  [/electra-large/, 335e6],
  [/bert-tiny/, 4.4e6],
  [/bert-mini/, 11.2e6],
  [/bert-small/, 28.8e6],
  [/roberta-base/, 125e6],
  [/roberta-large/, 355e6],
  [/bert-base/, 110e6],
  [/bert-large/, 335e6],
  [/wav2vec2-base/, 95e6],
  [/wav2vec2-large|xlsr-53|xlsr/, 317e6],
  [/hubert-base/, 95e6],
  [/hubert-large/, 316e6],
  [/whisper-tiny/, 39e6],
  [/whisper-base/, 74e6],
  [/whisper-small/, 244e6],
  [/whisper-medium/, 769e6],
  [/whisper-large/, 1550e6],
  [/distilgpt2/, 82e6],
  [/gpt2-medium/, 355e6],
  [/gpt2-large/, 774e6],
  [/gpt2-xl/, 1558e6],
  [/gpt2/, 124e6],
  [/opus-mt/, 77e6],
  [/pegasus/, 568e6],
  [/vit-base/, 86e6],
  [/vit-large/, 304e6],
  [/swin-tiny/, 28e6],
  [/swin-small/, 50e6],
  [/swin-base/, 88e6],
];

const number = /(?:^|[^a-z0-9.])(\d+(?:[._]\d+)?)\s?([mb])(?![a-z0-9])/g;
const splitBillions = /(?:^|[^a-z0-9])(\d+)b(\d+)(?![a-z0-9])/;

/** A mixture of experts, `8x7b`: shared weights make it smaller than its product, so only known ones are told. */
const experts = /\d+x\d+(\.\d+)?b/;

function paramsOf(name: string): number | null {
  if (experts.test(name)) return knownParams(name);
  const split = splitBillions.exec(name);
  if (split) return Number(`${split[1]}.${split[2]}`) * 1e9;
  const counts = [...name.matchAll(number)].map(
    ([, digits, unit]) => Number(digits!.replace("_", ".")) * (unit === "b" ? 1e9 : 1e6),
  );
  const counted = counts.find((count) => count >= 1e6);
  if (counted !== undefined) return counted;
  return knownParams(name);
}

function knownParams(name: string): number | null {
  return checkpoints.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/**
 * Reads family and number of parameters from a model's name; what the name does not tell is null.
 *
 * @example modelFacts("meta-llama/Llama-3.2-1B") // { family: "llama", params: 1e9 }
 */
export function modelFacts(name: string): ModelFacts {
  const key = name.toLowerCase();
  return { family: families.find(([, pattern]) => pattern.test(key))?.[0] ?? null, params: paramsOf(key) };
}
