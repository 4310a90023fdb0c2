import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { modelCardFacts } from "../mapping/card-facts.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import { modelConfigFacts } from "../mapping/model-config-facts.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { jsonValue, settingsOfValue, yamlValue } from "../mapping/settings-text.ts";
import { trainingArgsFacts } from "../mapping/training-args-facts.ts";
import { loggedNumber } from "../files/python-json.ts";
import { layFacts } from "./laid-facts.ts";

const maxSettingsBytes = 1 << 18;
const maxArgsBytes = 1 << 20;
const maxCardBytes = 1 << 20;
const maxWeightsHeaderBytes = 1 << 23;

/** The first bytes of a regular file of at most so many bytes; undefined where there is none. */
async function bytesOf(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > maxBytes) return undefined;
    return await headOf(path, found.size);
  } catch {
    return undefined; // The companion is optional: without it the fact stays unknown.
  }
}

async function headOf(path: string, length: number): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

type Entries = Readonly<Record<string, unknown>>;

const entriesOf = (value: unknown): Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Settings of a trainer under the names of run records. */
const trainerFacts = (value: unknown): KnownFacts =>
  factsOfConfig(Object.fromEntries(settingsOfValue(value)), { onlyKnown: true });

/** An adapter's settings name the model that was adapted; its other entries are of the adapter. */
const adapterFacts = (value: unknown): KnownFacts => {
  const { base_model_name_or_path } = entriesOf(value);
  return factsOfConfig({ base_model_name_or_path }, { onlyKnown: true });
};

/** Counts of examples that a trainer's final results state. */
function resultFacts(value: unknown): KnownFacts {
  const entries = entriesOf(value);
  return {
    datasetSize: loggedNumber(entries["train_samples"]),
    evalSize: loggedNumber(entries["eval_samples"]),
  };
}

const bytesPerWeight: Readonly<Record<string, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/** Parameters that an index of sharded weights counts. */
function indexFacts(value: unknown, config: Entries): KnownFacts {
  const metadata = entriesOf(entriesOf(value)["metadata"]);
  const counted = loggedNumber(metadata["total_parameters"]);
  const size = loggedNumber(metadata["total_size"]);
  const width = bytesPerWeight[String(config["torch_dtype"] ?? config["dtype"])];
  const params = counted ?? (size !== undefined && width !== undefined ? size / width : undefined);
  return { params: params !== undefined && params > 0 ? Math.round(params) : undefined };
}

/** Parameters of a file of weights, counted in its header of names and shapes. */
async function weightFacts(path: string): Promise<KnownFacts> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size < 8) return {};
    const head = await headOf(path, 8);
    const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
    if (length > Math.min(maxWeightsHeaderBytes, found.size - 8)) return {};
    const header = entriesOf(JSON.parse(textOf((await headOf(path, 8 + length)).subarray(8))));
    let params = 0;
    for (const [name, entry] of Object.entries(header)) {
      const { shape } = entriesOf(entry);
      if (name !== "__metadata__" && Array.isArray(shape))
        params += shape.reduce(
          (product: number, side: unknown) => product * (loggedNumber(side) ?? Number.NaN),
          1,
        );
    }
    return { params: params > 0 && Number.isFinite(params) ? params : undefined };
  } catch {
    return {}; // Damaged weights cost only the count that they would have added.
  }
}

/** The settings files that trainers write into a run's folder, the most exact first, and what they tell. */
const settingsFiles: readonly (readonly [name: string, read: (value: unknown) => KnownFacts])[] = [
  ["args.json", trainerFacts],
  ["training_args.json", trainerFacts],
  ["training_args.yaml", trainerFacts],
  ["train_config.yaml", trainerFacts],
  ["train_params.yaml", trainerFacts],
  ["axolotl_config.yaml", trainerFacts],
  ["axolotl_config.yml", trainerFacts],
  [".hydra/config.yaml", trainerFacts],
  ["hparams.yaml", trainerFacts],
  ["hparams.json", trainerFacts],
  ["hyperparameters.json", trainerFacts],
  ["config.yaml", trainerFacts],
  ["config.yml", trainerFacts],
  ["adapter_config.json", adapterFacts],
];

const valueOf = (name: string, bytes: Uint8Array): unknown =>
  name.endsWith(".json") ? jsonValue(textOf(bytes)) : yamlValue(textOf(bytes));

/**
 * What the settings files, the model card and the weights in a folder tell of the run whose folder it is. Everything
 * is read as data, within bounds; missing and damaged files tell nothing.
 *
 * @param folder - absolute
 */
export async function factsInFolder(folder: string): Promise<KnownFacts> {
  let names: Set<string>;
  try {
    names = new Set(await readdir(folder));
  } catch {
    return {}; // A folder that cannot be listed tells nothing; its log is named by the reader.
  }
  const read = async (name: string, maxBytes: number): Promise<Uint8Array | undefined> =>
    names.has(name.split("/")[0]!) ? bytesOf(join(folder, name), maxBytes) : undefined;
  const valueIn = async (name: string): Promise<unknown> => {
    const bytes = await read(name, maxSettingsBytes);
    return bytes === undefined ? undefined : valueOf(name, bytes);
  };
  const facts: KnownFacts[] = [];
  const args = await read("training_args.bin", maxArgsBytes);
  if (args !== undefined) facts.push(trainingArgsFacts(args));
  for (const [name, factsOf] of settingsFiles) {
    const value = await valueIn(name);
    if (value !== undefined) facts.push(factsOf(value));
  }
  const card = await read("README.md", maxCardBytes);
  if (card !== undefined) facts.push(modelCardFacts(textOf(card)));
  const config = entriesOf(await valueIn("config.json"));
  facts.push(
    resultFacts(await valueIn("all_results.json")),
    resultFacts(await valueIn("train_results.json")),
  );
  facts.push(indexFacts(await valueIn("model.safetensors.index.json"), config));
  if (names.has("model.safetensors") && !names.has("adapter_config.json"))
    facts.push(await weightFacts(join(folder, "model.safetensors")));
  facts.push(
    config["model_type"] === undefined && config["architectures"] === undefined
      ? trainerFacts(config)
      : modelConfigFacts(config),
  );
  return layFacts(facts);
}
