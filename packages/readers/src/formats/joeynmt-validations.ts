import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LogFormatError } from "@stopwise/core";
import type { LogFile, LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { cutLineWarning, withoutCutLine } from "../tables/cut-lines.ts";
import { cellNumber } from "../tables/markdown-table.ts";
import { laterStep, orderRows, type Evaluation, type RawRun, type TrainingRow } from "../mapping/raw-run.ts";
import { factsOfJoeyLog, perTokenLoss } from "./joeynmt-train-log.ts";

interface Validation {
  readonly step: number;
  readonly lr: number | undefined;
  readonly values: Readonly<Record<string, number>>;
}

/** One line such as `Steps: 500\tloss: 3.7\tppl: 41.5\tLR: 0.0003\t*`; undefined where it is none. */
function parseLine(line: string): Validation | undefined {
  const numbers = line.split("\t").flatMap((part): [string, number][] => {
    const colon = part.indexOf(":");
    const [name, digits] = [part.slice(0, colon).trim(), part.slice(colon + 1).trim()];
    const value = colon < 0 || name === "" || /\s/.test(digits) ? undefined : cellNumber(digits);
    return value === undefined ? [] : [[name, value]];
  });
  const find = (name: RegExp): number | undefined => numbers.find(([key]) => name.test(key))?.[1];
  const step = find(/^steps?$/i);
  if (step === undefined || !Number.isSafeInteger(step)) return undefined;
  return {
    step,
    lr: find(/^lr$/i),
    values: Object.fromEntries(numbers.filter(([key]) => !/^(steps?|lr)$/i.test(key))),
  };
}

async function runOf(file: LogFile, whole: string): Promise<RawRun> {
  const { text, isCut } = withoutCutLine(whole, (line) => line.endsWith("*"));
  const lines = text.split(/\r?\n/);
  const parsed = lines.map(parseLine);
  const validations = parsed.filter((row) => row !== undefined);
  if (validations.length === 0) {
    throw new LogFormatError(
      { file: file.path, line: 1 },
      "no line reads `Steps: N`.",
      "Check that it is a validations.txt.",
    );
  }
  const nBroken = lines.filter((line, index) => line.trim() !== "" && parsed[index] === undefined).length;
  const { rows, warnings } = orderRows(validations, ({ step }) => step);
  const log = await readFile(join(dirname(file.absolute), "train.log"), "utf8").catch(() => undefined);
  return {
    key: "",
    evaluations: rows.map(({ step, values }): Evaluation => ({
      step,
      epoch: null,
      values,
      mended: perTokenLoss(values),
    })),
    training: rows.map(({ step, lr }): TrainingRow => ({ step, lr })),
    lastStep: rows.reduce<number | null>((last, { step }) => laterStep(last, step), null),
    known: {
      ...(log === undefined ? { family: "nmt-transformer" } : factsOfJoeyLog(log)),
      ...(isCut ? { end: "running" as const } : {}),
    },
    warnings: [
      ...warnings,
      ...(nBroken > 0 ? [`${nBroken} lines without a step are left out.`] : []),
      ...(isCut ? [cutLineWarning] : []),
    ],
    aliases: { acc: "token_accuracy", Acc: "token_accuracy" },
  };
}

/**
 * Joey NMT's `validations.txt`: one tab-separated line per validation. The spelling of the keys differs by version;
 * the loss may be a sum over tokens, so the record takes the logarithm of the perplexity where there is one.
 */
export const joeynmtValidations: LogReader = {
  format: "joeynmt-validations",
  title: "Joey NMT validations.txt",
  description: {
    recognised: "tab-separated lines that begin with `Steps:`",
    quality: "every value of a line but the rate",
    plan: "`train.log` beside it",
    end: "`train.log` beside it",
    notRead: "the star of a new best",
  },
  detect: (file) => (/\.txt$/i.test(file.name) && /^\uFEFF?Steps: \d+\t/.test(file.headText) ? 0.9 : 0),
  read: async ([file]) => [
    { path: file!.path, runs: [await runOf(file!, await readText(file!))], warnings: [] },
  ],
};
