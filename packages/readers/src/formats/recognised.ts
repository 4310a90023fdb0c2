import type { LogFile, LogReader } from "../contract.ts";

interface Recognised {
  readonly format: string;
  readonly title: string;
  /** How it is recognised, in words. */
  readonly recognised: string;
  readonly certainty: number;
  readonly matches: (file: LogFile) => boolean;
  readonly reason: string;
}

/** Files that belong to training but hold no curve, or whose format is not read. */
const recognised: readonly Recognised[] = [
  {
    format: "search-log",
    title: "log of a hyperparameter search",
    recognised: "a `.log` or `.txt` that fits a cost predictor or a surrogate",
    certainty: 0.7,
    matches: (file) =>
      /\.(log|txt)$/i.test(file.name) &&
      (/^[^\n]{0,60}\bTraining cost predictor\b/.test(file.headText) ||
        (/surrogate/i.test(file.name) && /\bsurrogate\b/i.test(file.headText))),
    reason: "log of a hyperparameter search: losses of its own predictors, no training run.",
  },
  {
    format: "search-result-json",
    title: "result of a hyperparameter search",
    recognised: "a `.json` object with a list of configurations (`hp`, `configs`) and one of `scores`",
    certainty: 0.7,
    matches: (file) =>
      /\.json$/i.test(file.name) &&
      /^\s*\{\s*"(?:hp|hps|configs|configurations|hyperparameters)"\s*:\s*\[/.test(file.headText) &&
      /"(?:scores|incumbents?)"\s*:\s*\[/.test(file.headText),
    reason: "result of a hyperparameter search: a score for each configuration, no training steps.",
  },
  {
    format: "json",
    title: "JSON",
    recognised: "a `.json` that no other reader takes",
    certainty: 0.05,
    matches: (file) => /\.json$/i.test(file.name) && !settings.test(file.name),
    reason: "JSON that is no known training log.",
  },
];

/** JSON files that lie beside models and code and are never logs. */
const settings =
  /^(\w*config(uration)?|tokenizer\w*|\w*vocab\w*|special_tokens_map|added_tokens|merges|package(-lock)?|tsconfig[\w.]*|.*\.index|modules|1_Pooling|schema|turbo|knip|\..*)\.json$/i;

const readerOf = ({ format, title, recognised: how, certainty, matches, reason }: Recognised): LogReader => ({
  format,
  title,
  description: {
    recognised: how,
    quality: "nothing",
    plan: "nothing",
    end: "nothing",
    notRead: "the file; it is named, so that it is not missed",
  },
  detect: (file) => (matches(file) ? certainty : 0),
  read: (files) => Promise.resolve(files.map(({ path }) => ({ path, runs: [], reason, warnings: [] }))),
});

/** Readers that say what a file is and that it holds no curve for this version. */
export const recognisedReaders: readonly LogReader[] = recognised.map(readerOf);
