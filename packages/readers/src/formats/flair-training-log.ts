import { cutLineWarning, withoutCutLine } from "../tables/cut-lines.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { laterStep, orderRows, type Evaluation, type RawRun, type TrainingRow } from "../mapping/raw-run.ts";

const numeral = /^(?:-?[\d.]{1,30}(?:e[+-]?\d{1,3})?|nan|inf)$/i;

/** Values of a line such as `DEV : loss 0.23 - score 0.81`, named `DEV loss`, `DEV score`. */
function scoresOf(split: string, rest: string): Record<string, number> {
  const pairs = rest.split(" - ").map((part) => part.trim().split(/\s/));
  return Object.fromEntries(
    pairs.flatMap((words) => {
      const value = words.pop() ?? "";
      return words.length === 0 || !numeral.test(value)
        ? []
        : [[`${split} ${words.filter((word) => word !== "").join(" ")}`, Number(value)]];
    }),
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
    const done =
      /EPOCH (\d{1,12}) done: loss ([\d.eE+-]{1,30}|nan|inf)(?:.{0,200}?\blr:? ([\d.eE+-]{1,30}))?/.exec(
        line,
      );
    if (done !== null) {
      const step = Number(done[1]);
      const lr = done[3] === undefined ? undefined : Number(done[3].replace(/[.-]{1,3}$/, ""));
      epochs.push({
        step,
        training: { step, loss: Number(done[2]), lr },
        evaluation: { step, epoch: null, values: {} },
      });
    }
    const scored = /\b(DEV|TEST) : ([^]*)$/.exec(line);
    const last = epochs.at(-1);
    if (scored !== null && last !== undefined)
      Object.assign(last.evaluation.values, scoresOf(scored[1]!, scored[2]!));
  }
  return epochs;
}

function runOf(whole: string): RawRun {
  const { text, isCut } = withoutCutLine(whole);
  const { rows, warnings } = orderRows(epochsOf(text), ({ step }) => step);
  const settings = [...text.matchAll(/ - (\w{1,80}): "?([\w.+-]{1,200})"?\s{0,5}$/gm)].map(
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
  description: {
    recognised: "a `.log` or `.txt` with flair's `epoch 1 - iter` or `EPOCH 1 done` lines",
    quality: "scores of the `DEV` line of each epoch; `TEST` as test scores",
    plan: "`max_epochs` of the printed settings",
    end: "`early-stopped` where it stopped on a plateau of the learning rate",
    notRead: "losses within an epoch",
  },
  detect: (file) =>
    /\.(log|txt)$/i.test(file.name) &&
    /^\d{4}-\d\d-\d\d [^\n]{0,200}(epoch \d{1,9} - iter \d{1,9}\/\d|EPOCH \d{1,9} done)/m.test(file.headText)
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
