import { cellNumber } from "../tables/markdown-table.ts";
import { factsOfConfig } from "./config-facts.ts";
import { nestsTooDeep, settingsOfValue, yamlValue } from "./settings-text.ts";
import type { KnownFacts } from "./raw-run.ts";

type Entries = Readonly<Record<string, unknown>>;

const entriesOf = (value: unknown): Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** Lines of a card that are looked at for facts; what follows is prose or tables. */
const maxLines = 4000;
const maxLineLength = 2000;

const linesOf = (card: string): string[] =>
  card
    .slice(0, maxLines * 200)
    .split("\n", maxLines)
    .map((line) => line.slice(0, maxLineLength).replace(/\r$/, ""));

/** The text of the YAML block at the head of a card, undefined where there is none. */
function frontMatterText(card: string): string | undefined {
  const lines = linesOf(card.replace(/^\uFEFF/, "").trimStart());
  if (lines[0]?.trimEnd() !== "---") return undefined;
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === "---");
  return end < 0 ? undefined : lines.slice(1, end).join("\n");
}

/** The YAML block at the head of a card; empty where there is none or it does not parse. */
export function frontMatterOf(card: string): Entries {
  const text = frontMatterText(card);
  // Hand-edited front matter often breaks; the card's text tells most of it again.
  return text === undefined ? {} : entriesOf(yamlValue(text));
}

/** What is to be said of a card's YAML block: that it was refused, since a user would not see it otherwise. */
export function frontMatterRemarks(card: string): string[] {
  const text = frontMatterText(card);
  return text === undefined || !nestsTooDeep(text)
    ? []
    : ["the front matter nests too deep and is not read: write plain entries, or remove it."];
}

const isHeading = (line: string): boolean => /^#{1,9}\s/.test(line);

/** The lines of a section, from the one after its beginning to the next heading. */
function sectionOf(lines: readonly string[], begins: (line: string) => boolean): readonly string[] {
  const from = lines.findIndex(begins);
  if (from < 0) return [];
  const rest = lines.slice(from + 1);
  const end = rest.findIndex(isHeading);
  return end < 0 ? rest : rest.slice(0, end);
}

/** The `- key: value` lines below the heading on hyperparameters. */
export function hyperparametersOf(card: string): Map<string, string> {
  const lines = linesOf(card);
  const headed = sectionOf(lines, (line) => line.startsWith("#") && /hyper-?\s?parameters/i.test(line));
  const section =
    headed.length > 0 ? headed : sectionOf(lines, (line) => /hyper-?parameters were used/i.test(line));
  const entries = new Map<string, string>();
  for (const line of section) {
    const [, key, value] =
      /^[ \t]{0,20}[-*][ \t]{1,20}`?([A-Za-z_]\w{0,60})`?[ \t]{0,20}:(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && value.trim() !== "")
      entries.set(key.toLowerCase(), value.trim());
  }
  return entries;
}

/** The settings that Axolotl prints into its cards as a YAML block. */
function printedConfig(card: string): KnownFacts {
  const lines = linesOf(card);
  for (let from = 0; from < lines.length; from += 1) {
    if (!/^\s{0,8}```ya?ml\s*$/.test(lines[from]!)) continue;
    const length = lines.slice(from + 1).findIndex((line) => line.trimStart().startsWith("```"));
    if (length < 0) return {};
    const block = lines.slice(from + 1, from + 1 + length);
    if (block.some((line) => line.startsWith("base_model:")))
      return factsOfConfig(Object.fromEntries(settingsOfValue(yamlValue(block.join("\n")))), {
        onlyKnown: true,
      });
    from += length + 1;
  }
  return {};
}

/** The number at the beginning of a value such as `5.0 (extended to 7.0)`. */
function leading(value: string | undefined): number | undefined {
  const text = /^[+-]?[\d.,]+(?:e[+-]?\d+)?/i.exec(value?.trim() ?? "")?.[0].replace(/[.,]$/, "");
  const number = text === undefined ? undefined : cellNumber(text);
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}

/** What a Keras card's printed optimizer tells: learning rate, schedule, weight decay. */
function kerasOptimizer(printed: string | undefined): Entries {
  if (printed?.startsWith("{") !== true) return {};
  const text = printed.slice(0, maxLineLength);
  const number = (key: string): number | undefined =>
    leading(new RegExp(`'${key}':\\s{0,4}([^,}]+)`).exec(text)?.[1]);
  const lr = number("initial_learning_rate") ?? number("learning_rate");
  const weightDecay = number("weight_decay_rate") ?? number("weight_decay");
  const schedule = /'class_name':\s{0,4}'(\w{0,40}Decay\w{0,40}|WarmUp)'/.exec(
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
  const sentence = linesOf(card).find((line) => /(?:fine-?tuned|adapted) version of/i.test(line)) ?? "";
  const link = /(?:fine-?tuned|adapted) version of (?:the )?\[([^\]]{0,200})\]\(([^)\s]{0,300})\)/i.exec(
    sentence,
  );
  const path = /huggingface\.co\/([^?#\s]+)$/.exec(link?.[2] ?? "")?.[1]?.replace(/\/$/, "");
  return path ?? textOf(link?.[1]) ?? textOf(firstOf(front["base_model"]));
}

const plainDataset = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/^.*\/(?=[^/\s]+$)/, "");

/** The data set of the opening sentence: "a fine-tuned version of X on the Y dataset". */
function statedDataset(card: string): string | undefined {
  for (const line of linesOf(card)) {
    const from = line.indexOf("version of ");
    const on = from < 0 ? -1 : line.indexOf(" on ", from);
    if (on < 0) continue;
    const rest = line.slice(on + 4).replace(/^the /, "");
    const end = rest.search(/ dataset\b/);
    if (end > 0) return rest.slice(0, end);
  }
  return undefined;
}

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
  const stated = statedDataset(card);
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
  const printed = printedConfig(card);
  const [steps, epochs] = [leading(listed.get("training_steps")), leading(listed.get("num_epochs"))];
  return {
    ...printed,
    task: taskOf(card, front) ?? printed.task,
    model: baseModelOf(card, front) ?? printed.model,
    answerLength: answerLengthOf(front),
    plannedSteps: steps ?? printed.plannedSteps,
    plannedEpochs: epochs ?? printed.plannedEpochs,
    hyper: { ...printed.hyper, ...hyperOf(card, listed) },
  };
}

/** The final values that a card's opening lists, by name: never points of the curve. */
export function headlineOf(card: string): Map<string, number> {
  const lines = linesOf(card);
  const values = new Map<string, number>();
  const from = lines.findIndex((line) => /achieves the following results/i.test(line));
  if (from < 0) return values;
  for (const line of lines.slice(from + 1)) {
    if (line.trim() === "") continue;
    const [, name, cell] = /^[ \t]{0,20}[-*][ \t]{1,20}([^:]{1,200}):(.*)$/.exec(line) ?? [];
    if (!/^[ \t]*[-*]/.test(line)) break;
    const value = cell === undefined ? undefined : cellNumber(cell.trim());
    if (value !== undefined && !values.has(name!)) values.set(name!, value);
  }
  return values;
}
