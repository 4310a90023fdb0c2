import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { Configuration, type Insertion, type Kind, type Setting } from "./configuration.ts";

/** A file that the doctor could not take as a configuration, and why. */
export class UnreadConfiguration extends Error {}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
}

type Pairs = ReadonlyMap<string, Node | null>;

function pairsOf(map: YAMLMap): Pairs {
  return new Map(
    map.items.flatMap(({ key, value }) =>
      isScalar(key) ? [[String(key.value), (value ?? null) as Node | null] as const] : [],
    ),
  );
}

function settingOf(node: Node | null, source: Source): Setting {
  if (node === null) return { value: null };
  const line = node.range ? source.lines.linePos(node.range[0]).line : undefined;
  const place = line === undefined ? {} : { line };
  if (isScalar(node)) {
    const range = node.range ? ([node.range[0], node.range[1]] as const) : undefined;
    return { value: node.value, ...place, ...(range === undefined ? {} : { range }) };
  }
  return { value: node.toJSON() as unknown, ...place };
}

const settingsOf = (pairs: Pairs, source: Source, prefix = ""): [string, Setting][] =>
  [...pairs].map(([key, node]) => [`${prefix}${key}`, settingOf(node, source)]);

/** Keys that tell whose file it is; the first kind that has one of its keys takes it. */
const tells: readonly (readonly [Kind, (pairs: Pairs) => boolean])[] = [
  ["together", (pairs) => pairs.has("early_stopping_enabled") || pairs.has("early_stopping_warmup_evals")],
  ["axolotl", (pairs) => pairs.has("base_model") || (pairs.has("datasets") && pairs.has("micro_batch_size"))],
  [
    "llama-factory",
    (pairs) =>
      ["early_stopping_steps", "finetuning_type", "cutoff_len", "preprocessing_num_workers"].some((key) =>
        pairs.has(key),
      ) ||
      (pairs.has("stage") && pairs.has("model_name_or_path")),
  ],
  [
    "ms-swift",
    (pairs) =>
      [
        "early_stop_interval",
        "split_dataset_ratio",
        "train_type",
        "tuner_type",
        "ms_swift_version",
        "swift_version",
      ].some((key) => pairs.has(key)),
  ],
  [
    "huggingface",
    (pairs) =>
      [
        "eval_strategy",
        "evaluation_strategy",
        "per_device_train_batch_size",
        "load_best_model_at_end",
        "early_stopping_patience",
      ].some((key) => pairs.has(key)),
  ],
];

/** A key with a value in the file's own way of writing, after the line of the first setting. */
function insertionInto(source: Source, map: YAMLMap): Insertion {
  return (key, value) => {
    const anchor = map.items.find((item) => isScalar(item.key))?.key as Node | undefined;
    if (!anchor?.range) return undefined;
    const isFlow = map.flow === true;
    const written = typeof value === "string" && !isFlow ? value : JSON.stringify(value);
    const start = source.text.lastIndexOf("\n", anchor.range[0] - 1) + 1;
    const indent = source.text.slice(start, anchor.range[0]);
    if (/\S/.test(indent)) return { at: anchor.range[0], text: `${JSON.stringify(key)}: ${written}, ` };
    const line = isFlow ? `${indent}${JSON.stringify(key)}: ${written},\n` : `${indent}${key}: ${written}\n`;
    return { at: start, text: line };
  };
}

/** Keys of W&B's `config.yaml`, whose values stand under `value`. */
function unwrapped(pairs: Pairs): Pairs {
  if (!pairs.has("_wandb") && !pairs.has("wandb_version")) return pairs;
  const entries = [...pairs].map(([key, node]) => {
    const value = isMap(node) ? pairsOf(node).get("value") : undefined;
    return [key, value ?? node] as const;
  });
  return new Map(entries.filter(([key]) => !/^_?wandb/.test(key)));
}

const callbackClasses = new Set(["EarlyStopping", "ModelCheckpoint"]);

function lightningSettings(trainer: YAMLMap, source: Source): Map<string, Setting> {
  const own = pairsOf(trainer);
  const callbacks = own.get("callbacks");
  const found = new Map(settingsOf(own, source, "Trainer."));
  found.set("Trainer", settingOf(trainer, source));
  for (const item of isSeq(callbacks) ? callbacks.items : isMap(callbacks) ? [callbacks] : []) {
    if (!isMap(item)) continue;
    const pairs = pairsOf(item);
    const path = pairs.get("class_path");
    const name = isScalar(path) ? String(path.value).split(".").at(-1)! : "";
    if (!callbackClasses.has(name)) continue;
    found.set(name, settingOf(item, source));
    const init = pairs.get("init_args");
    if (isMap(init))
      for (const [key, setting] of settingsOf(pairsOf(init), source, `${name}.`)) found.set(key, setting);
  }
  return found;
}

/** The settings that a `trainer_state.json` keeps: its own cadence and plan, and the callback's arguments. */
function stateSettings(pairs: Pairs, source: Source): Map<string, Setting> {
  const kept = ["eval_steps", "save_steps", "logging_steps", "max_steps", "num_train_epochs"];
  const found = new Map(settingsOf(new Map([...pairs].filter(([key]) => kept.includes(key))), source));
  const callbacks = pairs.get("stateful_callbacks");
  const stop = isMap(callbacks) ? pairsOf(callbacks).get("EarlyStoppingCallback") : undefined;
  const first = isSeq(stop) ? (stop.items[0] as Node | undefined) : stop;
  const args = isMap(first) ? pairsOf(first).get("args") : undefined;
  if (isMap(args)) {
    found.set("callback", settingOf(args, source));
    for (const [key, setting] of settingsOf(pairsOf(args), source)) found.set(key, setting);
  }
  const evaluated = isSeq(pairs.get("log_history"))
    ? (pairs.get("log_history")!.toJSON() as unknown[]).some(
        (row) =>
          typeof row === "object" && row !== null && Object.keys(row).some((key) => /^eval_/.test(key)),
      )
    : false;
  if (evaluated && !found.has("eval_strategy")) found.set("eval_strategy", { value: "steps" });
  return found;
}

/**
 * Reads a YAML or JSON file as the configuration of a trainer.
 *
 * @param text of the file
 * @param file its name, for findings
 * @param release of the trainer, where it is known
 * @throws {UnreadConfiguration} when it cannot be parsed or is no configuration that the doctor knows
 */
export function structuredConfiguration(text: string, file: string, release?: string): Configuration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: "error" });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new UnreadConfiguration(broken.message.split("\n")[0]);
  }
  const { contents } = document;
  if (!isMap(contents)) throw new UnreadConfiguration("it holds no settings by name");
  const source: Source = { text, file, lines };
  const root = pairsOf(contents);
  const parts = { file, release };
  const trainer = root.get("trainer");
  if (isMap(trainer)) {
    return new Configuration({
      ...parts,
      kind: "lightning",
      complete: true,
      settings: lightningSettings(trainer, source),
    });
  }
  if (root.has("log_history") && root.has("global_step")) {
    return new Configuration({
      ...parts,
      kind: "huggingface",
      complete: false,
      settings: stateSettings(root, source),
    });
  }
  const pairs = unwrapped(root);
  const kind = tells.find(([, holds]) => holds(pairs))?.[0];
  if (kind === undefined)
    throw new UnreadConfiguration("it is no configuration of a trainer that the doctor knows");
  const settings = new Map(settingsOf(pairs, source));
  const own = settings.get("transformers_version")?.value;
  return new Configuration({
    ...parts,
    kind,
    settings,
    complete: true,
    release: release ?? (typeof own === "string" && kind === "huggingface" ? own : undefined),
    insertion: insertionInto(source, contents),
  });
}
