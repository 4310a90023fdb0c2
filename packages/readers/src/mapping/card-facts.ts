import { parseYaml } from "../files/yaml-text.ts";
import { cellNumber } from "../tables/markdown-table.ts";
import type { KnownFacts } from "./raw-run.ts";

type Entries = Readonly<Record<string, unknown>>;

const entriesOf = (value: unknown): Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** The YAML block at the head of a card; empty where there is none or it does not parse. */
export function frontMatterOf(card: string): Entries {
  const block = /^\uFEFF?\s*---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(card)?.[1];
  // Hand-edited front matter often breaks; the card's text tells most of it again.
  return block === undefined ? {} : entriesOf(parseYaml(block));
}

/** The `- key: value` lines below the heading on hyperparameters. */
export function hyperparametersOf(card: string): Map<string, string> {
  const headed = /^#+[^\n]*hyper-?\s?parameters[^\n]*$([\s\S]*?)(?=^#+\s|(?![\s\S]))/im.exec(card)?.[1];
  const stated = /hyper-?parameters were used[^\n]*$([\s\S]*?)(?=^#+\s|(?![\s\S]))/im.exec(card)?.[1];
  const section = headed ?? stated ?? "";
  const lines = section.matchAll(/^[ \t]*[-*][ \t]+`?([A-Za-z_]\w*)`?[ \t]*:[ \t]*(.+?)[ \t]*\r?$/gm);
  return new Map([...lines].map(([, key, value]) => [key!.toLowerCase(), value!]));
}

/** The number at the beginning of a value such as `5.0 (extended to 7.0)`. */
function leading(value: string | undefined): number | undefined {
  const text = /^[+-]?[\d.,]+(?:e[+-]?\d+)?/i.exec(value?.trim() ?? "")?.[0].replace(/[.,]$/, "");
  const number = text === undefined ? undefined : cellNumber(text);
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}

/** What a Keras card's printed optimizer tells: learning rate, schedule, weight decay. */
function kerasOptimizer(text: string | undefined): Entries {
  if (text?.startsWith("{") !== true) return {};
  const number = (key: string): number | undefined =>
    leading(new RegExp(`'${key}':\\s*([^,}]+)`).exec(text)?.[1]);
  const lr = number("initial_learning_rate") ?? number("learning_rate");
  const weightDecay = number("weight_decay_rate") ?? number("weight_decay");
  const schedule = /'class_name':\s*'(\w*Decay\w*|WarmUp)'/.exec(
    text.replace(/^[^]*?'learning_rate'/, ""),
  )?.[1];
  return {
    ...(lr !== undefined && { lr }),
    ...(weightDecay !== undefined && { weightDecay }),
    ...(schedule !== undefined && { scheduler: schedule === "PolynomialDecay" ? "linear" : schedule }),
  };
}

/** Examples of one optimiser step: the total batch, else the batch per device times accumulation and devices. */
export function totalBatchOf(hyper: ReadonlyMap<string, string>): number | undefined {
  const total = leading(hyper.get("total_train_batch_size"));
  const perDevice = leading(hyper.get("train_batch_size"));
  const factor = (key: string): number => leading(hyper.get(key)) ?? 1;
  return total ?? (perDevice && perDevice * factor("gradient_accumulation_steps") * factor("num_devices"));
}

function hyperOf(card: string, listed: ReadonlyMap<string, string>): Entries {
  const number = (name: string, key: string): Entries => {
    const value = leading(listed.get(key));
    return value === undefined ? {} : { [name]: value };
  };
  const scheduler = listed.get("lr_scheduler_type");
  const batchSize = totalBatchOf(listed);
  const transformers = /^-\s*Transformers:?\s+(\S+)/im.exec(card)?.[1];
  const hubModel = textOf(entriesOf(firstOf(frontMatterOf(card)["model-index"]))["name"]);
  return {
    ...kerasOptimizer(listed.get("optimizer")),
    ...number("lr", "learning_rate"),
    ...(batchSize !== undefined && { batchSize }),
    ...number("seed", "seed"),
    ...number("epochs", "num_epochs"),
    ...number("maxSteps", "training_steps"),
    ...(scheduler !== undefined && { scheduler: scheduler.replace(/^SchedulerType\./, "").toLowerCase() }),
    ...number("warmupSteps", "lr_scheduler_warmup_steps"),
    ...number("warmupRatio", "lr_scheduler_warmup_ratio"),
    ...number("labelSmoothing", "label_smoothing_factor"),
    ...number("weightDecay", "weight_decay"),
    ...(transformers !== undefined && { transformers }),
    ...(hubModel !== undefined && { hubModel }),
  };
}

/** The base model: the path of the hub link of the opening sentence, else its text, else `base_model`. */
function baseModelOf(card: string, front: Entries): string | undefined {
  const link = /(?:fine-?tuned|adapted) version of (?:the )?\[([^\]]*)\]\(([^)\s]*)\)/i.exec(card);
  const path = /huggingface\.co\/([^?#\s]+?)\/?$/.exec(link?.[2] ?? "")?.[1];
  return path ?? textOf(link?.[1]) ?? textOf(firstOf(front["base_model"]));
}

const plainDataset = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/^.*\/(?=[^/\s]+$)/, "");

/** The data set: of the card's results, its metadata, or its opening sentence, in that order. */
function taskOf(card: string, front: Entries): string | undefined {
  const result = entriesOf(firstOf(entriesOf(firstOf(front["model-index"]))["results"]));
  const dataset = entriesOf(result["dataset"]);
  const name = textOf(dataset["type"]) ?? textOf(firstOf(front["datasets"]));
  if (name !== undefined) {
    const part = textOf(dataset["args"]) ?? textOf(dataset["config"]);
    const named = part !== undefined && /^[\w.-]+$/.test(part) && !/^(default|plain_text)$/.test(part);
    return named ? `${plainDataset(name)}/${part.toLowerCase()}` : plainDataset(name);
  }
  const stated = /version of [^\n]*? on (?:the )?(.+?) dataset\b/.exec(card)?.[1];
  return stated === undefined || /^(none|an unknown|unknown|generator|imagefolder)$/i.test(stated)
    ? undefined
    : plainDataset(stated.replace(/^\[([^\]]*)\].*$/, "$1"));
}

/** One label is one token: the answer length of a classification task. */
function answerLengthOf(front: Entries): number | undefined {
  const result = entriesOf(firstOf(entriesOf(firstOf(front["model-index"]))["results"]));
  const kind = textOf(entriesOf(result["task"])["type"]) ?? textOf(front["pipeline_tag"]) ?? "";
  return /^(text|image|audio|zero-shot)-classification$/.test(kind) ? 1 : undefined;
}

/** Task, base model, plan and hyperparameters that a model card tells. */
export function modelCardFacts(card: string): KnownFacts {
  const front = frontMatterOf(card);
  const listed = hyperparametersOf(card);
  return {
    task: taskOf(card, front),
    model: baseModelOf(card, front),
    answerLength: answerLengthOf(front),
    plannedSteps: leading(listed.get("training_steps")),
    plannedEpochs: leading(listed.get("num_epochs")),
    hyper: hyperOf(card, listed),
  };
}

/** The final values that a card's opening lists, by name: never points of the curve. */
export function headlineOf(card: string): Map<string, number> {
  const section =
    /achieves the following results[^\n]*\r?\n((?:[ \t]*\r?\n|[ \t]*[-*][^\n]*(?:\r?\n|$))*)/i.exec(
      card,
    )?.[1] ?? "";
  const values = new Map<string, number>();
  for (const [, name, cell] of section.matchAll(/^[ \t]*[-*][ \t]+([^:\n]+):[ \t]*(.+?)[ \t]*\r?$/gm)) {
    const value = cellNumber(cell!);
    if (value !== undefined && !values.has(name!)) values.set(name!, value);
  }
  return values;
}
