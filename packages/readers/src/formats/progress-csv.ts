import type { LogReader } from "../contract.ts";
import { readGenericCsv } from "./csv.ts";

/** `progress.csv` of reinforcement-learning loggers: steps so far and returns, one row per report. */
export const progressCsv: LogReader = {
  format: "progress-csv",
  title: "progress.csv of a reinforcement-learning logger",
  description: {
    recognised: "`progress.csv`",
    quality: "returns, rewards and success rates, and columns with an evaluation prefix",
    plan: "a column such as `max_steps` with one value",
    end: "not told",
    notRead: "timings",
  },
  detect: (file) =>
    file.name === "progress.csv" && (file.headText !== "" || file.sizeBytes === 0) ? 0.8 : 0,
  read: ([file], hints) => readGenericCsv(file!, { metric: hints?.metric }),
};
