export { addressInWords, isPostgres, writerName } from "./address.ts";
export type {
  ExperimentStore,
  ModelEntry,
  ModelRegistry,
  OpenOptions,
  RunSummary,
  StoreCheck,
  Training,
  UpsertCounts,
} from "./contract.ts";
export { copyStore, type Copied } from "./copy.ts";
export { databaseFile } from "./duckdb/database.ts";
export { writeRecords } from "./files/export.ts";
export type { RunFilter } from "./filter.ts";
export { openRegistry, withRegistry, withStore } from "./open.ts";
export { FolderRegistry } from "./registry/folder-registry.ts";
export type { FactConflict, ToldFact } from "./told.ts";
