import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { modelCardFacts } from "../mapping/card-facts.ts";
import type { LogFile } from "../contract.ts";
import { loggedNumber, parsePythonJson } from "../files/python-json.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined; // The companion file is optional: without it the fact stays unknown.
  }
}

async function objectOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(path);
  if (text === undefined) return {};
  try {
    const value = parsePythonJson(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {}; // Damaged companions cost only the facts they would have added.
  }
}

/** A model name, unless it is a path of the machine that trained. */
function modelName(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.-]+(\/[\w.-]+)?$/.test(value) ? value : undefined;
}

/**
 * Facts that lie beside a trainer's log: base model (`adapter_config.json`, `config.json`), counts of examples
 * (`all_results.json`), and what the generated model card lists. Missing or damaged companions add nothing.
 */
export async function factsBeside(file: LogFile): Promise<KnownFacts> {
  const own = dirname(file.absolute);
  const output = /[/\\](checkpoint-\d+|last-checkpoint)$/.test(own) ? dirname(own) : own;
  const [card, adapter, config, results] = await Promise.all([
    textOf(join(output, "README.md")),
    objectOf(join(own, "adapter_config.json")),
    objectOf(join(own, "config.json")),
    objectOf(join(output, "all_results.json")),
  ]);
  const fromCard = card === undefined ? {} : modelCardFacts(card);
  return {
    ...fromCard,
    model:
      fromCard.model ?? modelName(adapter["base_model_name_or_path"]) ?? modelName(config["_name_or_path"]),
    ...(loggedNumber(results["train_samples"]) !== undefined && {
      datasetSize: loggedNumber(results["train_samples"]),
    }),
    ...(loggedNumber(results["eval_samples"]) !== undefined && {
      evalSize: loggedNumber(results["eval_samples"]),
    }),
  };
}
