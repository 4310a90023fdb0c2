import type { LogFile, LogReader } from "../contract.ts";

interface Recognised {
  readonly format: string;
  readonly title: string;
  readonly certainty: number;
  readonly matches: (file: LogFile) => boolean;
  readonly reason: string;
}

const named =
  (pattern: RegExp) =>
  (file: LogFile): boolean =>
    pattern.test(file.path);

const unread = (what: string): string => `${what}: this version does not read the format yet.`;

/** Files that belong to training but hold no curve, or whose format is not read. */
const recognised: readonly Recognised[] = [
  {
    format: "wandb-dir",
    title: "Weights & Biases run folder",
    certainty: 0.95,
    matches: named(/(^|\/)(offline-)?run-\d{8}_\d{6}-[^/]+\/(files\/|run-[^/]+\.wandb$)|\.wandb$/),
    reason: "part of a Weights & Biases run folder: configuration, summary or console output, no history.",
  },
  {
    format: "optuna-sqlite",
    title: "SQLite database",
    certainty: 0.6,
    matches: (file) => file.headText.startsWith("SQLite format 3") || /\.(db|sqlite3?)$/.test(file.name),
    reason: unread("SQLite database (Optuna or MLflow)"),
  },
  {
    format: "json",
    title: "JSON",
    certainty: 0.05,
    matches: (file) => /\.json$/i.test(file.name) && !settings.test(file.name),
    reason: "JSON that is no known training log.",
  },
];

/** JSON files that lie beside models and code and are never logs. */
const settings =
  /^(\w*config(uration)?|tokenizer\w*|\w*vocab\w*|special_tokens_map|added_tokens|merges|package(-lock)?|tsconfig[\w.]*|.*\.index|modules|1_Pooling|schema|turbo|knip|\..*)\.json$/i;

const readerOf = ({ format, title, certainty, matches, reason }: Recognised): LogReader => ({
  format,
  title,
  detect: (file) => (matches(file) ? certainty : 0),
  read: (files) => Promise.resolve(files.map(({ path }) => ({ path, runs: [], reason, warnings: [] }))),
});

/** Readers that say what a file is and that it holds no curve for this version. */
export const recognisedReaders: readonly LogReader[] = recognised.map(readerOf);
