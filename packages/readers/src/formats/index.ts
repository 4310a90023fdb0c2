import type { LogReader } from "../contract.ts";
import { csv } from "./csv.ts";
import { hfTrainerState } from "./hf-trainer-state.ts";
import { jsonl } from "./jsonl.ts";
import { modelCard } from "./model-card.ts";
import { progressCsv } from "./progress-csv.ts";
import { recognisedReaders } from "./recognised.ts";
import { runRecord } from "./run-record.ts";

/** Every reader; the most certain one takes a file. */
export const logReaders: readonly LogReader[] = [
  runRecord,
  hfTrainerState,
  modelCard,
  csv,
  progressCsv,
  jsonl,
  ...recognisedReaders,
];
