import { isPostgres, requireAddress } from "./address.ts";
import type { ExperimentStore, ModelRegistry, OpenOptions } from "./contract.ts";
import { FolderRegistry } from "./registry/folder-registry.ts";

/**
 * Opens the store of an address: a folder (DuckDB), or `postgres://user@host:5432/database` with the schema as
 * `?schema=NAME`. Drivers are loaded when they are asked for.
 *
 * @throws {StoreBusyError} when others hold it for longer than `waitSeconds`
 * @throws {InvalidInputError} when it cannot be reached, is damaged, or a newer stopwise wrote it
 */
export async function openStore(address: string, options: OpenOptions = {}): Promise<ExperimentStore> {
  if (isPostgres(requireAddress(address))) {
    const { PostgresStore } = await import("./postgres/store.ts");
    return PostgresStore.open(address, options);
  }
  const { DuckDbStore } = await import("./duckdb/store.ts");
  return DuckDbStore.open(address, options);
}

/**
 * Opens the store of an address, uses it, and closes it whatever happens: open late, close early.
 *
 * @example
 * await withStore(".stopwise", {}, (store) => store.upsertRuns(records)); // { added: 3, updated: 0, unchanged: 0 }
 */
export async function withStore<T>(
  address: string,
  options: OpenOptions,
  use: (store: ExperimentStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(address, options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Opens the registry of models of a store's address. */
export async function openRegistry(address: string, options: OpenOptions = {}): Promise<ModelRegistry> {
  if (!isPostgres(requireAddress(address))) return new FolderRegistry(address);
  const { PostgresRegistry } = await import("./postgres/registry.ts");
  return PostgresRegistry.open(address, options);
}

/** Opens the registry of models of a store's address, uses it, and closes it whatever happens. */
export async function withRegistry<T>(
  address: string,
  options: OpenOptions,
  use: (registry: ModelRegistry) => Awaited<T> | Promise<T>,
): Promise<T> {
  const registry = await openRegistry(address, options);
  try {
    return await use(registry);
  } finally {
    await registry.close();
  }
}
