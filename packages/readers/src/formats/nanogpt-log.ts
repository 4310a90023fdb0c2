import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";

const row = /^(\d+) ([a-z]\w*) (\S+)$/;

const splitGrammar = (): LineGrammar => (line) => {
  const found = row.exec(line);
  const value = consoleNumber(found?.[3]);
  if (found === null || value === undefined) return undefined;
  const [step, name] = [Number(found[1]), found[2]!];
  return /^train/.test(name) ? { step, training: { loss: value } } : { step, evaluation: { [name]: value } };
};

const names: Readonly<Record<string, string>> = { val: "val_loss", hella: "eval_hellaswag_acc" };

/** `log.txt` of build-nanogpt and its forks: lines `step split value`, such as `250 val 6.1` and `250 hella 0.26`. */
export const nanogptLog = consoleReader({
  format: "nanogpt-log",
  title: "build-nanogpt log.txt",
  description: {
    recognised: "lines of a step, `train` or `val`, and a number",
    quality: "`hella` as accuracy; `val` is the loss",
    plan: "not told",
    end: "not told",
    notRead: "lines of another form",
  },
  signature: /^\d+ (?:train|val|hella) [\d.]+\r?$/m,
  grammar: splitGrammar,
  aliasOf: (name) => (Object.hasOwn(names, name) ? names[name] : `eval_${name}`),
});
