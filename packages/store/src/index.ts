export { databaseFile, type OpenOptions } from "./database.ts";
export type { RunFilter } from "./filter.ts";
export { ExperimentStore, withStore, type RunSummary, type UpsertCounts } from "./store.ts";
export { ModelRegistry, type ModelEntry, type Training } from "./registry.ts";
