import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";

const row = /^s:(\d+) ([a-z]+:\S+(?: [a-z]+:\S+)*)$/;

const rowGrammar = (): LineGrammar => (line) => {
  const found = row.exec(line.trimEnd());
  if (found === null) return undefined;
  const values = new Map(
    found[2]!.split(" ").map((pair) => {
      const at = pair.indexOf(":");
      return [pair.slice(0, at), consoleNumber(pair.slice(at + 1))] as const;
    }),
  );
  const scores = ["tel", "eval"].flatMap((name): [string, number][] => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const step = Number(found[1]);
  if (scores.length > 0) return { step, evaluation: Object.fromEntries(scores) };
  if (!values.has("trl")) return undefined;
  return { step, training: { loss: values.get("trl"), lr: values.get("lr"), gradNorm: values.get("norm") } };
};

/** `main.log` of llm.c: `s:0 tel:11.0` is the loss on the test part, `s:250 eval:0.28` HellaSwag, `s:1 trl:10.9 lr:... norm:...` training. */
export const llmcMainLog = consoleReader({
  format: "llmc-main-log",
  title: "llm.c main.log",
  description: {
    recognised: "lines `s:STEP tel:VALUE`, `s:STEP trl:VALUE` or `s:STEP eval:VALUE`",
    quality: "`eval`, HellaSwag accuracy; `tel` is the loss on held-out text",
    plan: "not told",
    end: "not told",
    notRead: "lines of another form",
  },
  signature: /^s:\d+ (?:tel|trl|eval):[\d.]/m,
  grammar: rowGrammar,
  aliasOf: (name) => (name === "tel" ? "val_loss" : "eval_hellaswag_acc"),
});
