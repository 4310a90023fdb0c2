import { cutLineWarning, withoutCutLine } from "../tables/cut-lines.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { laterStep, orderRows, type Evaluation, type RawRun, type TrainingRow } from "../mapping/raw-run.ts";

const pair = /^(.*?)\s+(-?[\d.]+(?:e[+-]?\d+)?|nan|inf)$/i;

/** Values of a line such as `DEV : loss 0.23 - score 0.81`, named `DEV loss`, `DEV score`. */
function scoresOf(split: string, rest: string): Record<string, number> {
  const pairs = rest.split(/\s+-\s+/).map((part) => pair.exec(part.trim()));
  return Object.fromEntries(
    pairs.flatMap((found) => (found === null ? [] : [[`${split} ${found[1]!}`, Number(found[2])]])),
  );
}

interface Epoch {
  readonly step: number;
  readonly training: TrainingRow;
  readonly evaluation: Evaluation;
}

/** One entry per `EPOCH n done` line with the scores that follow it. */
function epochsOf(text: string): Epoch[] {
  const epochs: Epoch[] = [];
  for (const line of text.split(/\r?\n/)) {
    const done = /EPOCH (\d+) done: loss ([\d.eE+-]+|nan|inf)(?:.*?\blr:? ([\d.eE+-]+))?/.exec(line);
    if (done !== null) {
      const step = Number(done[1]);
      const lr = done[3] === undefined ? undefined : Number(done[3].replace(/[.-]+$/, ""));
      epochs.push({
        step,
        training: { step, loss: Number(done[2]), lr },
        evaluation: { step, epoch: null, values: {} },
      });
    }
    const scored = /\b(DEV|TEST) : (.*)$/.exec(line);
    const last = epochs.at(-1);
    if (scored !== null && last !== undefined)
      Object.assign(last.evaluation.values, scoresOf(scored[1]!, scored[2]!));
  }
  return epochs;
}

function runOf(whole: string): RawRun {
  const { text, isCut } = withoutCutLine(whole);
  const { rows, warnings } = orderRows(epochsOf(text), ({ step }) => step);
  const settings = [...text.matchAll(/ - (\w+): "?([\w.+-]+)"?\s*$/gm)].map(
    ([, name, value]) => [name!, value!] as const,
  );
  const known = factsOfConfig(Object.fromEntries(settings));
  const stopped = /Stopping - |learning rate too small - quitting/i.test(text);
  return {
    key: "",
    evaluations: rows.map(({ evaluation }) => evaluation),
    training: rows.map(({ training }) => training),
    lastStep: rows.reduce<number | null>((last, { step }) => laterStep(last, step), null),
    known: { ...known, ...(stopped ? { end: "early-stopped" } : isCut ? { end: "running" } : {}) },
    warnings: isCut ? [...warnings, cutLineWarning] : warnings,
    stepIsEpoch: true,
  };
}

/** flair's `training.log`: the run of `loss.tsv` as text, epochs counted from 1. */
export const flairTrainingLog: LogReader = {
  format: "flair-training-log",
  title: "flair training.log",
  detect: (file) =>
    /\.(log|txt)$/i.test(file.name) &&
    /^\d{4}-\d\d-\d\d [^\n]*(epoch \d+ - iter \d+\/\d+|EPOCH \d+ done)/m.test(file.headText)
      ? 0.85
      : 0,
  read: async ([file]) => {
    const run = runOf(await readText(file!));
    const hasCurve = run.evaluations.some(({ values }) => Object.keys(values).length > 0);
    return [
      {
        path: file!.path,
        runs: [run],
        warnings: [],
        ...(hasCurve ? {} : { reason: "the log holds no DEV or TEST scores." }),
      },
    ];
  },
};
