export { addressInWords, isPostgres, requireAddress, writerName } from "./address.ts";
export {
  type ExperimentStore,
  type ModelEntry,
  type ModelRegistry,
  type OpenOptions,
  type RunSummary,
  type StoreCheck,
  type Training,
  type UpsertCounts,
} from "./contract.ts";
export { copyStore, type Copied } from "./copy.ts";
export { databaseFile } from "./duckdb/database.ts";
export { writeRecords } from "./files/export.ts";
export type { RunFilter } from "./filter.ts";
export { openRegistry, openStore, withRegistry, withStore } from "./open.ts";
export { FolderRegistry } from "./registry/folder-registry.ts";
export type { FactConflict, ToldFact } from "./told.ts";
