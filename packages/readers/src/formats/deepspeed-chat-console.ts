import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";

const evaluates = /\*{5} Evaluating (?:perplexity|reward|\w+), Epoch (\d+)\/(\d+) \*{5}/;
const beginsEpoch = /Beginning of Epoch (\d+)\/(\d+)/;
const trains = /^\s*Epoch: (\d+), Step: (\d+), Rank: 0, loss = (\S+)/;

/** Scores of a line `ppl: 6.9, loss: 1.9` or `chosen_last_scores (higher is better) : 2.8, acc (...) : 0.65`. */
function scoresOf(line: string): Record<string, number> {
  const pairs = line.split(",").flatMap((part): [string, number][] => {
    const at = part.lastIndexOf(":");
    const name = part
      .slice(0, Math.max(at, 0))
      .replace(/\((?:higher|lower) is better\)/, "")
      .trim();
    const value = consoleNumber(part.slice(at + 1));
    return /^\w+$/.test(name) && value !== undefined ? [[name, value]] : [];
  });
  return Object.fromEntries(pairs);
}

const chatGrammar = (): LineGrammar => {
  let epoch: number | undefined;
  let awaitsScores = false;
  return (line) => {
    const evaluation = evaluates.exec(line);
    if (evaluation !== null) {
      epoch = Number(evaluation[1]);
      awaitsScores = true;
      return { epoch, known: { plannedEpochs: Number(evaluation[2]) } };
    }
    const training = trains.exec(line);
    if (training !== null) return { training: { loss: consoleNumber(training[3]) } };
    if (!awaitsScores) {
      const begun = beginsEpoch.exec(line);
      return begun === null ? undefined : { known: { plannedEpochs: Number(begun[2]) } };
    }
    const isScores = /^\s*(?:ppl|perplexity|loss|chosen_last_scores|acc|reward)\b[^:,]*:/.test(line);
    if (!isScores) return undefined;
    awaitsScores = false;
    return { epoch, evaluation: scoresOf(line) };
  };
};

const aliasOf = (name: string): string =>
  name === "acc" ? "eval_preference_accuracy" : `eval_${name === "ppl" ? "perplexity" : name}`;

/**
 * DeepSpeed-Chat, steps 1 and 2: `***** Evaluating perplexity, Epoch 1/16 *****` and behind it `ppl: 6.9, loss: 1.9`,
 * or the scores of a reward model. The epoch of the heading is how many have been trained: 0 before the first.
 */
export const deepspeedChatConsole = consoleReader({
  format: "deepspeed-chat-console",
  title: "DeepSpeed-Chat console",
  description: {
    recognised: "headings `***** Evaluating perplexity, Epoch N/M *****` or `Evaluating reward`",
    quality: "the line behind a heading: `acc` of a reward model, else loss and perplexity",
    plan: "`M` of the headings",
    end: "not told",
    notRead: "rewards of the third step, speeds",
  },
  signature: /\*{5} Evaluating \w+, Epoch \d+\/\d+ \*{5}|^Beginning of Epoch \d+\/\d+, Total Micro Batches/m,
  grammar: chatGrammar,
  aliasOf,
});
