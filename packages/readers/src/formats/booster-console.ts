import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";
import type { ConsoleEntry } from "../consoles/console-run.ts";
import { boosterAlias, isTrainingSet, splitBoosterName } from "../tables/booster-names.ts";

/** `[12]<tab>train-logloss:0.5<tab>eval-logloss:0.6`; behind SageMaker's prefix the tab is spelled `#011`. */
const roundLine = /^(?:\[[^\]]*\] ?|\S+ (?:INFO|WARNING) )?\[(\d+)\](?:\t|#011| +)(\S.*)$/;
/** CatBoost: `12:<tab>learn: 0.5<tab>test: 0.6<tab>best: 0.6 (12)<tab>total: 5ms<tab>remaining: 3s`. */
const catboostLine = /^(\d+):\t(learn: \S.*)$/;
const stopped = /Early stopping, best iteration|Stopping\. Best iteration|Stopped by overfitting detector/i;
const notStopped = /Did not meet early stopping/i;

/** The scores of a round: `name:value`, of cross-validation with `+deviation` or ` + deviation` behind. */
function scoresOf(text: string): [string, number][] {
  return text.split(/\t|#011/).flatMap((part): [string, number][] => {
    const at = part.lastIndexOf(":");
    if (at <= 0) return [];
    const [value, deviation] = part.slice(at + 1).split(/(?<=\d) ?\+ ?(?=\d)/);
    const score = consoleNumber(value?.replace(/ \(\d+\)$/, ""));
    const isScore =
      score !== undefined && (deviation === undefined || consoleNumber(deviation) !== undefined);
    return isScore ? [[part.slice(0, at).trim(), score]] : [];
  });
}

const isCatboostNote = (name: string): boolean => /^(best|total|remaining)$/.test(name);

function roundOf(round: number, pairs: readonly [string, number][]): ConsoleEntry {
  const named = pairs.filter(([name]) => !isCatboostNote(name));
  const training = named.find(([name]) => isTrainingSet(splitBoosterName(name).set));
  const evaluation = named.filter(([name]) => !isTrainingSet(splitBoosterName(name).set));
  return {
    step: round,
    evaluation: Object.fromEntries(evaluation),
    training: training === undefined ? undefined : { loss: training[1] },
  };
}

const boosterGrammar = (): LineGrammar => {
  let last = -1;
  /** The round that stands behind the note on early stopping is the best one, printed again. */
  let repeats = false;
  return (line) => {
    const found = roundLine.exec(line) ?? catboostLine.exec(line);
    if (found === null) {
      const end = notStopped.test(line) ? "completed" : stopped.test(line) ? "early-stopped" : undefined;
      repeats ||= end !== undefined;
      return end === undefined ? undefined : { end };
    }
    const scores = scoresOf(found[2]!);
    if (scores.length === 0) return undefined;
    if (repeats) {
      repeats = false;
      return undefined;
    }
    const round = Number(found[1]);
    const beginsRun = round <= last;
    last = round;
    return { ...roundOf(round, scores), beginsRun };
  };
};

/**
 * Consoles of XGBoost (`[0]<tab>eval-logloss:0.7`), LightGBM (`[10]<tab>valid_0's auc: 0.9`) and CatBoost, also of
 * their cross-validation. A round number that falls begins another training; the best round that is printed again
 * behind the note on early stopping is no round.
 */
export const boosterConsole = consoleReader({
  format: "booster-console",
  title: "XGBoost, LightGBM or CatBoost console",
  description: {
    recognised:
      "lines of `[round]`, a tab and `set-metric:value` or `set's metric: value`; CatBoost's `round:`",
    quality:
      "the metrics of every set that is not named as the training set; with several sets, the last one",
    plan: "not told",
    end: "`early-stopped` or `completed` by the note on early stopping",
    notRead: "deviations of cross-validation, timings",
  },
  signature:
    /^(?:\[[^\]\n]*\] ?|\S+ (?:INFO|WARNING) )?\[\d+\](?:\t|#011| +)[^\s:][^:\n]*: ?[\d.]|^\d+:\tlearn: /m,
  grammar: boosterGrammar,
  stepIsEpoch: true,
  aliasOf: boosterAlias,
});
