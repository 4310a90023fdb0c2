export type { FileReading, LogFile, LogReader } from "./contract.ts";
export { findLogs, type FindOptions, type LogSource } from "./find-logs.ts";
export { logReaders } from "./formats/index.ts";
export { readRunRecords } from "./formats/run-record.ts";
export { recordsOf, type IngestedFile, type IngestedRun, type IngestReport } from "./ingest-report.ts";
export { missingFactsYaml } from "./missing-facts.ts";
export { readLogs, type ReadOptions } from "./read-logs.ts";
export type { EvaluationFacts, LogFacts } from "./run-facts.ts";
export {
  parseRunFacts,
  runFactsSchema,
  taskFactsSchema,
  type RunFacts,
  type TaskFacts,
} from "./task-facts.ts";
