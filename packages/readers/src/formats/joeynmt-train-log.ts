import { cutLineWarning, withoutCutLine } from "../tables/cut-lines.ts";
import type { LogReader } from "../contract.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import { readText } from "../files/log-text.ts";
import {
  laterStep,
  orderRows,
  type Evaluation,
  type KnownFacts,
  type RawRun,
  type TrainingRow,
} from "../mapping/raw-run.ts";

type Row = { readonly step: number; readonly epoch: number | null } & (
  { training: TrainingRow } | { evaluation: Evaluation }
);

/** Settings, sizes and end that a Joey NMT log tells. */
export function factsOfJoeyLog(text: string): KnownFacts {
  const settings = [...text.matchAll(/cfg\.([\w.]{1,100})\s{1,100}:\s{1,20}(\S[^\n]*)$/gm)].map(
    ([, name, value]) => [name!, value!.trimEnd()] as const,
  );
  const config = factsOfConfig(Object.fromEntries(settings.filter(([name]) => !name.startsWith("testing."))));
  const setting = (name: string): string | undefined => settings.find(([key]) => key === name)?.[1];
  const [source, target] = [setting("data.src.lang"), setting("data.trg.lang")];
  const params = /Total params: (\d+)/.exec(text)?.[1];
  const stopped = /Training ended since (?:minimum|early)/.test(text);
  const size = /split=train, len=(\d+)/.exec(text)?.[1];
  const evalSize = /split=dev, len=(\d+)/.exec(text)?.[1] ?? /Predicting (\d+) example/.exec(text)?.[1];
  const pairs = source === undefined || target === undefined ? {} : { task: `${source}-${target}` };
  const byTokens =
    setting("training.batch_type") === "token" && typeof config.hyper?.["batchSize"] === "number";
  return {
    ...config,
    ...pairs,
    model: undefined,
    family: "nmt-transformer",
    ...(params !== undefined && { params: Number(params) }),
    ...(size !== undefined && { datasetSize: Number(size) }),
    ...(evalSize !== undefined && { evalSize: Number(evalSize) }),
    ...(byTokens && { tokensPerStep: Number(config.hyper["batchSize"]) }),
    end: stopped ? "early-stopped" : /Training ended after/.test(text) ? "completed" : "unknown",
  };
}

/** The loss of the record: per token, which is the logarithm of the perplexity; older versions sum over tokens. */
export function perTokenLoss(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const named = (name: string): string | undefined =>
    Object.keys(values).find((key) => key.toLowerCase() === name);
  const [loss, perplexity] = [named("loss"), named("ppl")];
  if (loss === undefined || perplexity === undefined || !(values[perplexity]! > 0)) return values;
  return { ...values, [loss]: Math.log(values[perplexity]!) };
}

const trainingLine =
  /Epoch\s{1,9}(\d{1,12}),?\s{1,9}Step:\s{1,12}(\d{1,15}),?\s{1,9}Batch Loss:\s{1,12}([\d.eE+-]{1,30}|nan|inf).{0,200}?Lr:\s{1,9}([\d.eE+-]{1,30})/;
const pair = /([A-Za-z][\w-]{0,60}):\s{1,9}(-?[\d.]{1,30}(?:e[+-]?\d{1,3})?|nan|inf)(\[sec\])?/g;

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let [step, epoch]: [number, number | null] = [0, null];
  for (const line of text.split(/\r?\n/)) {
    const training = trainingLine.exec(line);
    if (training !== null) {
      [step, epoch] = [Number(training[2]), Number(training[1])];
      rows.push({
        step,
        epoch,
        training: { step, epoch, loss: Number(training[3]), lr: Number(training[4]) },
      });
    }
    const stated =
      /Validation result.{0,100}? at epoch\s{1,9}(\d{1,12}),\s{1,9}step\s{1,9}(\d{1,15}):([^]*)$/i.exec(line);
    if (stated !== null) [step, epoch] = [Number(stated[2]), Number(stated[1])];
    const result =
      stated?.[3] ?? /Evaluation result[^:]{0,100}?(?=\s[a-z]{1,20}\s{0,3}\d{0,3}:)([^]*)$/i.exec(line)?.[1];
    if (result === undefined) continue;
    const values = [...result.matchAll(pair)].filter(
      ([, name, , seconds]) => seconds === undefined && name !== "duration",
    );
    const scores = Object.fromEntries(values.map(([, name, value]) => [name!, Number(value)]));
    rows.push({
      step,
      epoch,
      evaluation: {
        step,
        epoch: null,
        values: scores,
        mended: perTokenLoss(scores),
      },
    });
  }
  return rows;
}

function runOf(whole: string): RawRun {
  const { text, isCut } = withoutCutLine(whole);
  const { rows, warnings } = orderRows(rowsOf(text), (row) => row.step);
  return {
    key: "",
    evaluations: rows.flatMap((row) => ("evaluation" in row ? [row.evaluation] : [])),
    training: rows.flatMap((row) => ("training" in row ? [row.training] : [])),
    lastStep: rows.reduce<number | null>((last, row) => laterStep(last, row.step), null),
    known: { ...factsOfJoeyLog(text), ...(isCut ? { end: "running" } : {}) },
    warnings: isCut ? [...warnings, cutLineWarning] : warnings,
    aliases: { acc: "token_accuracy" },
  };
}

/**
 * Joey NMT's `train.log`: an `Evaluation result` line has no step, it is that of the last training line; versions
 * before 2.0 write `Validation result ... at epoch 1, step 500`. Values
 * have two decimals; `validations.txt` beside it has more and is preferred.
 */
export const joeynmtTrainLog: LogReader = {
  format: "joeynmt-train-log",
  title: "Joey NMT train.log",
  description: {
    recognised: "a `.log` or `.txt` that names Joey NMT",
    quality: "the values of validation lines, at the step of the last training line",
    plan: "`cfg.training.epochs` and updates of the printed settings",
    end: "the closing line: ended early, or after the last epoch",
    notRead: "translated sentences",
  },
  detect: (file) =>
    /\.(log|txt)$/i.test(file.name) && /Joey-?NMT|- joeynmt\./i.test(file.headText) ? 0.85 : 0,
  read: async ([file]) => {
    const run = runOf(await readText(file!));
    const none = run.evaluations.length === 0 ? { reason: "the log holds no evaluation result." } : {};
    return [{ path: file!.path, runs: [run], warnings: [], ...none }];
  },
};
