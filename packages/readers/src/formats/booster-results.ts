import { LogFormatError } from "@stopwise/core";
import { runOfEntries, type ConsoleEntry } from "../consoles/console-run.ts";
import type { LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import { boosterAlias, isTrainingSet } from "../tables/booster-names.ts";

interface Series {
  readonly set: string;
  readonly name: string;
  readonly values: readonly unknown[];
}

const isEntries = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The lists of `{set: {metric: [value per round]}}`, named `set-metric`; LightGBM's `-mean` without its `-stdv`. */
function seriesOf(content: unknown): Series[] {
  if (!isEntries(content)) return [];
  return Object.entries(content).flatMap(([set, metrics]) =>
    Object.entries(isEntries(metrics) ? metrics : {}).flatMap(([metric, values]): Series[] =>
      Array.isArray(values) && !/-(stdv|std)$/.test(metric)
        ? [{ set, name: `${set}-${metric}`, values: values as unknown[] }]
        : [],
    ),
  );
}

function entryOf(series: readonly Series[], round: number): ConsoleEntry {
  const pairs = series.flatMap(({ set, name, values }): (readonly [string, number, boolean])[] => {
    const value = loggedNumber(values[round]);
    return value === undefined ? [] : [[name, value, isTrainingSet(set)]];
  });
  const training = pairs.find(([, , isTraining]) => isTraining);
  return {
    step: round,
    evaluation: Object.fromEntries(
      pairs.flatMap(([name, value, isTraining]) => (isTraining ? [] : [[name, value] as const])),
    ),
    training: training === undefined ? undefined : { loss: training[1] },
  };
}

/** `evals_result` of XGBoost and LightGBM as users save it: `{"eval": {"logloss": [0.7, 0.6]}}`, one value a round. */
export const boosterResults: LogReader = {
  format: "booster-results",
  title: "XGBoost or LightGBM evals_result",
  description: {
    recognised: "a `.json` object of sets, each an object of lists of numbers",
    quality:
      "the metrics of every set that is not named as the training set; with several sets, the last one",
    plan: "not told",
    end: "not told",
    notRead: "deviations of cross-validation",
  },
  detect: (file) => {
    const isNested = /^\s*\{\s*"([^"]+)"\s*:\s*\{\s*"[^"]+"\s*:\s*\[\s*(?:-?\d|NaN)/.exec(file.headText);
    return /\.json$/i.test(file.name) && isNested !== null && isNested[1] !== "history" ? 0.65 : 0;
  },
  read: async ([file]) => {
    const { path } = file!;
    const series = seriesOf(await readJson(file!));
    const nRounds = series.reduce((most, { values }) => Math.max(most, values.length), 0);
    if (nRounds === 0) {
      throw new LogFormatError(
        { file: path },
        "holds no list of values by set and metric.",
        "Restore the file.",
      );
    }
    const entries = Array.from({ length: nRounds }, (_, round) => entryOf(series, round));
    const run = runOfEntries(entries, { stepIsEpoch: true, aliasOf: boosterAlias });
    const none = run.evaluations.length === 0 ? { reason: "holds values of a training set only." } : {};
    return [{ path, runs: [run], warnings: [], ...none }];
  },
};
