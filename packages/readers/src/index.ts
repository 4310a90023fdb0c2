export type { FileReading, LogFile, LogReader } from "./contract.ts";
export { findLogs, type FindOptions, type LogSource } from "./walking/find-logs.ts";
export {
  recordsOf,
  type IngestedFile,
  type IngestedRun,
  type IngestReport,
} from "./walking/ingest-report.ts";
export { missingFactsYaml } from "./mapping/missing-facts.ts";
export { readLogs, type ReadOptions } from "./walking/read-logs.ts";
export type { EvaluationFacts, LogFacts } from "./mapping/run-facts.ts";
export { factsFor, parseRunFacts, type RunFacts, type TaskFacts } from "./mapping/task-facts.ts";
