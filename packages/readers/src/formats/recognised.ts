import type { LogFile, LogReader } from "../contract.ts";

interface Recognised {
  readonly format: string;
  readonly title: string;
  readonly certainty: number;
  readonly matches: (file: LogFile) => boolean;
  readonly reason: string;
}

/** Files that belong to training but hold no curve, or whose format is not read. */
const recognised: readonly Recognised[] = [
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
  description: {
    recognised: "a `.json` that no other reader takes",
    quality: "nothing",
    plan: "nothing",
    end: "nothing",
    notRead: "the file; it is named, so that a log under an unusual name is not missed",
  },
  detect: (file) => (matches(file) ? certainty : 0),
  read: (files) => Promise.resolve(files.map(({ path }) => ({ path, runs: [], reason, warnings: [] }))),
});

/** Readers that say what a file is and that it holds no curve for this version. */
export const recognisedReaders: readonly LogReader[] = recognised.map(readerOf);
