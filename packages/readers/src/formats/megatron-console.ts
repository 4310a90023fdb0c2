import { consoleNumber, pairsOf } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";
import type { ConsoleEntry } from "../consoles/console-run.ts";

const settingLine = /^\s{0,9}(?:\[\w{1,20}\]:\s?)?([a-z]\w*) \.{3,} (\S+)\s*$/;
const iterationLine = /\biteration +(\d+)\/ *(\d+) \|(.*)$/;
const validationLine = /\bvalidation loss at (iteration (\d+)|the end of training)([^|]*)\|(.*)$/;

/** Settings that tell of the run; others of a thousand that Megatron prints are of the machine. */
const told = new Set([
  ...["train_iters", "global_batch_size", "seq_length", "lr", "seed", "weight_decay", "clip_grad"],
  ...["lr_decay_style", "lr_warmup_iters", "hidden_dropout", "num_layers", "hidden_size"],
]);

/** The values of a training line by their names. */
function trainingOf(values: ReadonlyMap<string, number>, tokensPerSample: number | undefined) {
  const samples = values.get("consumed samples");
  const stated = values.get("consumed tokens");
  const counted =
    samples === undefined || tokensPerSample === undefined ? undefined : samples * tokensPerSample;
  return {
    loss: values.get("lm loss") ?? values.get("loss") ?? values.get("total loss"),
    gradNorm: values.get("grad norm"),
    lr: values.get("learning rate"),
    tokens: stated ?? counted,
  };
}

const isScore = (name: string): boolean => !/(time|throughput|samples|tokens)\b/.test(name);

function validationOf(found: RegExpExecArray): ConsoleEntry {
  const isTest = /\btest\b/.test(found[3]!);
  const scores = pairsOf(found[4]!, "|").filter(([name]) => isScore(name));
  const evaluation = Object.fromEntries(
    scores.map(([name, value]) => [isTest ? `test ${name}` : name, value] as const),
  );
  return { step: found[2] === undefined ? undefined : Number(found[2]), evaluation };
}

const megatronGrammar = (): LineGrammar => {
  let tokensPerSample: number | undefined;
  return (line) => {
    const setting = settingLine.exec(line);
    if (setting !== null && told.has(setting[1]!)) {
      if (setting[1] === "seq_length") tokensPerSample = consoleNumber(setting[2]);
      return { settings: { [setting[1]!]: consoleNumber(setting[2]) ?? setting[2]! } };
    }
    const iteration = iterationLine.exec(line);
    if (iteration !== null) {
      const values = new Map(pairsOf(iteration[3]!, "|"));
      return {
        step: Number(iteration[1]),
        training: trainingOf(values, tokensPerSample),
        known: { plannedSteps: Number(iteration[2]) },
      };
    }
    const validation = validationLine.exec(line);
    if (validation !== null) return validationOf(validation);
    return /\[after training is done\]/.test(line) ? { end: "completed" } : undefined;
  };
};

/** The split is in the line, not in the name: `lm loss value` is a validation loss. */
function aliasOf(name: string): string {
  const split = name.startsWith("test ") ? "test" : "validation";
  const rest = name.replace(/^test /, "").replace(/^lm /, "");
  return `${split} ${rest.replace(/ value$/, "").replace(/\bPPL$/, "perplexity")}`;
}

/**
 * Megatron-LM, Megatron-DeepSpeed and what grew from them: `iteration 50/ 1000 | ... | lm loss: 9.6E+00 |` and
 * `validation loss at iteration 200 | lm loss value: 8.7E+00 | lm loss PPL: 6.3E+03 |`. Tokens are the samples seen
 * times the sequence length.
 */
export const megatronConsole = consoleReader({
  format: "megatron-console",
  title: "Megatron console",
  description: {
    recognised: "lines `iteration N/ M | consumed samples: ...` or `validation loss at iteration N |`",
    quality: "the values of validation lines, a loss; lines of the test set as test scores",
    plan: "`M` of `iteration N/ M`, `train_iters`",
    end: "`completed` where it says that training is done",
    notRead: "timers, memory, losses of skipped iterations",
  },
  signature:
    /\biteration {1,20}\d{1,12}\/ {0,20}\d{1,12} \| (?:consumed|elapsed)|\bvalidation loss at (?:iteration \d|the end of training)|^\s{0,9}(?:\[\w{1,20}\]:\s?)?(?:train_iters|tensor_model_parallel_size|accumulate_allreduce_grads_in_fp32) \.{3,} /m,
  grammar: megatronGrammar,
  aliasOf,
});
