import type { LogReader } from "../contract.ts";
import { boosterConsole } from "./booster-console.ts";
import { boosterResults } from "./booster-results.ts";
import { dataframeJson } from "./dataframe-json.ts";
import { deepspeedChatConsole } from "./deepspeed-chat-console.ts";
import { llmcMainLog } from "./llmc-main-log.ts";
import { logHistoryRepr } from "./log-history-repr.ts";
import { marianValidLog } from "./marian-valid-log.ts";
import { megatronConsole } from "./megatron-console.ts";
import { metricLists } from "./metric-lists.ts";
import { metricsPerEpoch } from "./metrics-per-epoch.ts";
import { nanogptLog } from "./nanogpt-log.ts";
import { notebook } from "./notebook.ts";
import { simpletransformersCsv } from "./simpletransformers-csv.ts";
import { spacyTable } from "./spacy-table.ts";
import { csv } from "./csv.ts";
import { flairLossTsv } from "./flair-loss-tsv.ts";
import { flairTrainingLog } from "./flair-training-log.ts";
import { hfResultsJson } from "./hf-results-json.ts";
import { hfTrainerState } from "./hf-trainer-state.ts";
import { joeynmtTrainLog } from "./joeynmt-train-log.ts";
import { joeynmtValidations } from "./joeynmt-validations.ts";
import { jsonl } from "./jsonl.ts";
import { kerasCsv } from "./keras-csv.ts";
import { kerasHistory } from "./keras-history.ts";
import { lightningMetricsCsv } from "./lightning-metrics-csv.ts";
import { llamaFactory } from "./llama-factory.ts";
import { lmEvalJson } from "./lm-eval-json.ts";
import { mlflowMlruns } from "./mlflow-mlruns.ts";
import { mlflowSqlite } from "./mlflow-sqlite.ts";
import { modelCard } from "./model-card.ts";
import { optunaJournal } from "./optuna-journal.ts";
import { optunaSqlite } from "./optuna-sqlite.ts";
import { progressCsv } from "./progress-csv.ts";
import { rayResult } from "./ray-result.ts";
import { recognisedReaders } from "./recognised.ts";
import { runRecord } from "./run-record.ts";
import { textLog } from "./text-log.ts";
import { tfevents } from "./tfevents.ts";
import { wandbDir } from "./wandb-dir.ts";

/** Every reader; the most certain one takes a file. */
export const logReaders: readonly LogReader[] = [
  runRecord,
  hfTrainerState,
  modelCard,
  hfResultsJson,
  lmEvalJson,
  tfevents,
  wandbDir,
  optunaSqlite,
  optunaJournal,
  rayResult,
  mlflowMlruns,
  mlflowSqlite,
  llamaFactory,
  lightningMetricsCsv,
  kerasCsv,
  kerasHistory,
  joeynmtValidations,
  joeynmtTrainLog,
  flairLossTsv,
  flairTrainingLog,
  progressCsv,
  boosterConsole,
  boosterResults,
  dataframeJson,
  deepspeedChatConsole,
  llmcMainLog,
  logHistoryRepr,
  marianValidLog,
  megatronConsole,
  metricLists,
  metricsPerEpoch,
  nanogptLog,
  notebook,
  simpletransformersCsv,
  spacyTable,
  csv,
  jsonl,
  textLog,
  ...recognisedReaders,
];
