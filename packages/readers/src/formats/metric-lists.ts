import { LogFormatError } from "@stopwise/core";
import { runOfEntries, type ConsoleEntry } from "../consoles/console-run.ts";
import type { LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import { nameMetric } from "../mapping/metric-choice.ts";

interface MetricList {
  readonly name: string;
  readonly values: readonly unknown[];
}

function listsOf(content: unknown): MetricList[] {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return [];
  return Object.entries(content).flatMap(([name, values]) =>
    Array.isArray(values) && values.length > 0 ? [{ name, values: values as unknown[] }] : [],
  );
}

const isTraining = ({ name }: MetricList): boolean => /^train/i.test(name);
const isPerStep = ({ name }: MetricList): boolean => /(^|_)(step|batch|iter)(_|$)/i.test(name);

/** The evaluation lists of one value an epoch: of those not named after steps, the ones of the most common length. */
function epochLists(lists: readonly MetricList[]): readonly MetricList[] {
  const scores = lists.filter(
    (list) => !isTraining(list) && !isPerStep(list) && nameMetric(list.name) !== undefined,
  );
  const prefixed = scores.filter(({ name }) => /^(val|valid|validation|eval|test|dev)/i.test(name));
  const candidates = prefixed.length > 0 ? prefixed : scores;
  const shortest = candidates.reduce((least, { values }) => Math.min(least, values.length), Infinity);
  return candidates.filter(({ values }) => values.length === shortest);
}

/** The training loss at the end of each epoch: of a list of one value an epoch, else the last of the epoch's steps. */
function lossAt(lists: readonly MetricList[], nEpochs: number): (epoch: number) => number | undefined {
  const losses = lists.filter((list) => isTraining(list) && /loss/i.test(list.name));
  const perEpoch = losses.find(({ values }) => values.length === nEpochs);
  const perStep = losses.find(({ values }) => values.length > nEpochs && values.length % nEpochs === 0);
  const list = perEpoch ?? perStep;
  if (list === undefined) return () => undefined;
  const share = list.values.length / nEpochs;
  return (epoch) => loggedNumber(list.values[(epoch + 1) * share - 1]);
}

function entriesOf(lists: readonly MetricList[]): ConsoleEntry[] {
  const evaluated = epochLists(lists);
  const nEpochs = evaluated[0]?.values.length ?? 0;
  const loss = lossAt(lists, nEpochs);
  return Array.from({ length: nEpochs }, (_, epoch) => {
    const values = evaluated.flatMap(({ name, values: list }): [string, number][] => {
      const value = loggedNumber(list[epoch]);
      return value === undefined ? [] : [[name, value]];
    });
    return { epoch, evaluation: Object.fromEntries(values), training: { loss: loss(epoch) } };
  });
}

const listsInHead = /^\s*\{\s*"(?:train|val|valid|eval|test)\w*"\s*:\s*\[\s*(?:-?\d|NaN|null)/;

/**
 * `metrics_data_*.json` of llama-recipes and its like: lists of one value a step beside lists of one value an epoch.
 * Those of the evaluation that have one value an epoch are the curve.
 */
export const metricLists: LogReader = {
  format: "metric-lists",
  title: "lists of metrics as JSON",
  description: {
    recognised: "a `.json` object that begins with a list named after train, val, eval or test and a step",
    quality: "evaluation lists of one value an epoch, counted from 0",
    plan: "not told",
    end: "not told",
    notRead: "lists of one evaluation value a step or batch",
  },
  detect: (file) => {
    if (!/\.json$/i.test(file.name) || !listsInHead.test(file.headText)) return 0;
    const hasSteps = /"(?:train|val|valid|eval)_(?:step|batch|iter)_\w+"/.test(file.headText);
    return hasSteps || /^metrics_data_/.test(file.name) ? 0.67 : 0;
  },
  read: async ([file]) => {
    const lists = listsOf(await readJson(file!));
    if (lists.length === 0) {
      throw new LogFormatError({ file: file!.path }, "holds no list of values.", "Restore the file.");
    }
    const run = runOfEntries(entriesOf(lists));
    const none =
      run.evaluations.length === 0 ? { reason: "holds no evaluation list of one value an epoch." } : {};
    return [{ path: file!.path, runs: [run], warnings: [], ...none }];
  },
};
