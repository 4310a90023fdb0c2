import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError, ModelFileError } from "@stopwise/core";
import { deserializeModel, type StopwiseModel } from "@stopwise/meta-model/predict";
import { FolderRegistry, isPostgres } from "@stopwise/store";

/** The model that ships with the package, one folder above the built file. */
const shippedModel = new URL("../model/stopwise.model", import.meta.url);

/** Where a model was found, for messages. */
export interface FoundModel {
  readonly bytes: Uint8Array;
  readonly from: string;
}

function shipped(): FoundModel {
  try {
    return { bytes: readFileSync(shippedModel), from: "the model that ships with stopwise" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new ModelFileError(
      "this copy of stopwise has no shipped model.",
      "Run stopwise retrain on your own runs, or build the package from a full checkout.",
    );
  }
}

/** The folder of the store: named, or STOPWISE_STORE, or `.stopwise` of the working folder. */
export function storeFolder(named?: string): string {
  return named ?? (process.env["STOPWISE_STORE"] || ".stopwise");
}

/** The bytes of the model in use: the one that `retrain` put into use in the store, else the shipped one. */
export function findModel(store?: string): FoundModel {
  const folder = storeFolder(store);
  if (isPostgres(folder)) {
    throw new InvalidInputError(
      "the model of a team's store on a server cannot be had without waiting for it.",
      "Use fetchModel.",
    );
  }
  const registry = new FolderRegistry(folder);
  const entry = registry.current();
  return entry === undefined ? shipped() : { bytes: registry.read(entry), from: join(folder, "models") };
}

const loaded = new Map<string, StopwiseModel>();

/**
 * The model in use, read once per process and store folder.
 *
 * @throws ModelFileError when it is damaged, missing or of another version.
 */
export function loadModel(store?: string): StopwiseModel {
  const key = storeFolder(store);
  const known = loaded.get(key);
  if (known) return known;
  const model = deserializeModel(findModel(store).bytes);
  loaded.set(key, model);
  return model;
}

/**
 * The model in use of any store, a team's store on a server included; read once per process and store.
 *
 * @throws ModelFileError when it is damaged, missing or of another version.
 */
export async function fetchModel(store?: string): Promise<StopwiseModel> {
  const key = storeFolder(store);
  if (!isPostgres(key)) return loadModel(store);
  const known = loaded.get(key);
  if (known) return known;
  const { teamModel } = await import("./team-model.ts");
  const model = deserializeModel((await teamModel(key)) ?? shipped().bytes);
  loaded.set(key, model);
  return model;
}

/** Makes the model of a team's store ready for {@link loadModel}; a folder's is read when it is asked for. */
export async function fetchTeamModel(store: string): Promise<void> {
  if (isPostgres(storeFolder(store))) await fetchModel(store);
}
