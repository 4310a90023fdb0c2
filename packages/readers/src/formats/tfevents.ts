import { LogFormatError } from "@stopwise/core";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { isMeasurement } from "../tables/evaluation-names.ts";
import { emptyValues } from "../tables/evaluation-rows.ts";
import { readBytes } from "../files/log-text.ts";
import { readEventFile, type EventFile, type ScalarEvent } from "../files/event-file.ts";
import { normaliseName } from "../mapping/metric-choice.ts";
import { parsePythonJson } from "../files/python-json.ts";
import {
  laterStep,
  type Evaluation,
  type KnownFacts,
  type RawRun,
  type TrainingRow,
} from "../mapping/raw-run.ts";

interface Opened {
  readonly file: LogFile;
  readonly events: EventFile;
  /** `train/` or `validation/` where the folder names the split. */
  readonly prefix: string;
}

const splitFolder = /^(train|training|val|valid|validation|eval|test|dev)$/i;
const scalarsFolder = /^(.+)_(train|training|val|valid|validation|eval|test|dev)$/i;
const split = /^(eval|evaluation|val|valid|validation|test|dev)$/i;
const training = /^(train|training)(_|$)/;
const notAMetric = /_vs_iterations$|(^|\/)(epoch|step)$/;

const foldersOf = (file: LogFile): string[] => file.path.split("/").slice(0, -1);

/** Whether the words of one part of a tag begin or end with a split: `val_loss`, `acc_test`, `Validation_Loss`. */
function namesSplit(part: string): boolean {
  const words = normaliseName(part).split("_");
  return split.test(words[0]!) || split.test(words.at(-1)!);
}

/** A tag with a part that names an evaluation, and none before it that names training. */
function isEvaluation(tag: string): boolean {
  if (notAMetric.test(tag) || !isMeasurement(normaliseName(tag))) return false;
  const parts = tag.split("/");
  const at = parts.findIndex(namesSplit);
  return at >= 0 && !parts.slice(0, at + 1).some((part) => training.test(normaliseName(part)));
}

/** The folder of a run: split folders and the folder that holds a writer's settings belong to the one above. */
function runFolder(file: LogFile): string {
  const parts = foldersOf(file);
  if (splitFolder.test(parts.at(-1) ?? "") || /^\d{9,}\.\d+$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/");
}

/** The tag as a metric name that begins with its split: `Loss/val` as `val/loss`, `epoch_loss` as `loss`. */
function metricName(tag: string): string {
  const parts = tag.split("/");
  const at = parts.findIndex((part) => split.test(part));
  const ordered = at > 0 ? [parts[at]!, ...parts.filter((_, index) => index !== at)] : parts;
  return ordered.join("/").replace(/(^|\/)epoch_/, "$1");
}

/** When a file's first scalar was written. */
const beganAt = ({ scalars, firstWallSeconds }: EventFile): number =>
  scalars[0]?.wallSeconds ?? firstWallSeconds;

/** The scalars of one file after its own restarts. */
function afterRestarts({ scalars, restarts }: EventFile): ScalarEvent[] {
  return scalars.filter(
    ({ step }, index) => !restarts.some((restart) => index < restart.nBefore && step >= restart.step),
  );
}

/**
 * Joins the scalars of a run's files in the order of their beginning. Where a file begins after another has ended
 * and takes up a tag at a lower step, the steps above are of an abandoned branch; else the later write wins.
 */
function joinScalars(opened: readonly Opened[]): Map<string, Map<number, number>> {
  const tags = new Map<string, Map<number, number>>();
  let lastWallSeconds = Number.NEGATIVE_INFINITY;
  for (const { events, prefix } of opened) {
    const begun = new Set<string>();
    for (const { tag, step, value } of afterRestarts(events)) {
      const name = prefix + tag;
      const values = tags.get(name) ?? new Map<number, number>();
      if (!begun.has(name) && beganAt(events) > lastWallSeconds) {
        for (const known of [...values.keys()]) if (known > step) values.delete(known);
      }
      begun.add(name);
      values.set(step, value);
      tags.set(name, values);
    }
    lastWallSeconds = events.scalars.reduce(
      (last, { wallSeconds }) => Math.max(last, wallSeconds),
      lastWallSeconds,
    );
  }
  return tags;
}

const endTag = /(^|\/)train_runtime$/;

/** The step at which a training ended, as the Trainer writes it; undefined where no event tells. */
const endOf = ({ events }: Opened): number | undefined =>
  events.scalars.find(({ tag }) => endTag.test(tag))?.step;

/** The scalars of a file in parts: behind the end of a training another part begins. */
function partsOf(opened: Opened): Opened[] {
  const { scalars } = opened.events;
  const parts: ScalarEvent[][] = [[]];
  let endedAt: number | undefined;
  for (const scalar of scalars) {
    const isEnd = endTag.test(scalar.tag);
    const isBehind = endedAt !== undefined && (scalar.step !== endedAt || !trainingTotals.test(scalar.tag));
    if (isBehind || (isEnd && endedAt !== undefined)) {
      parts.push([]);
      endedAt = undefined;
    }
    parts.at(-1)!.push(scalar);
    if (isEnd) endedAt = scalar.step;
  }
  if (parts.length === 1) return [opened];
  return parts.map((part, index) => ({
    ...opened,
    events: { ...opened.events, scalars: part, restarts: index === 0 ? opened.events.restarts : [] },
  }));
}

/** What the Trainer writes at the end of a training besides its run time. */
const trainingTotals = /(^|\/)(train_\w+|total_flos|epoch|num_tokens|num_input_tokens_seen)$|^train\//;

/** The parts of one training in the order of their beginning. */
interface Training {
  readonly parts: Opened[];
  endedAt: number | undefined;
}

const evaluatedSteps = ({ events, prefix }: Opened): number[] =>
  events.scalars.filter(({ tag }) => isEvaluation(prefix + tag)).map(({ step }) => step);

/** Whether a part holds only evaluations at the step where a training has ended, such as one of the test set. */
const isAfterEnd = ({ events }: Opened, endedAt: number): boolean =>
  events.scalars.length > 0 && events.scalars.every(({ step, tag }) => step === endedAt && !endTag.test(tag));

/**
 * The trainings whose files share a folder. Behind the end of a training, evaluations at its last step do not count
 * where that step has been evaluated before, and a part that begins at a lower step is another training.
 */
function trainingsOf(opened: readonly Opened[]): { trainings: Training[]; nAfterEnd: number } {
  const trainings: Training[] = [];
  let nAfterEnd = 0;
  for (const part of opened.flatMap(partsOf)) {
    const open = trainings.at(-1);
    const { endedAt } = open ?? {};
    const firstStep = part.events.scalars.reduce((least, { step }) => Math.min(least, step), Infinity);
    if (open === undefined || (endedAt !== undefined && firstStep < endedAt)) {
      trainings.push({ parts: [part], endedAt: endOf(part) });
      continue;
    }
    const isRepeat =
      endedAt !== undefined &&
      isAfterEnd(part, endedAt) &&
      open.parts.some((earlier) => evaluatedSteps(earlier).includes(endedAt));
    if (isRepeat) nAfterEnd += 1;
    else open.parts.push(part);
    open.endedAt = endOf(part) ?? endedAt;
  }
  return { trainings, nAfterEnd };
}

const trainingTags: readonly (readonly [keyof TrainingRow, RegExp])[] = [
  [
    "loss",
    /^(train(ing)?[/_](batch_|epoch_|total_)?loss(_step|_epoch)?|reduced_train_loss|loss\/train(ing)?|loss)$/i,
  ],
  ["gradNorm", /^(train(ing)?[/_])?grad(ient)?_norm$/i],
  ["lr", /^((train(ing)?|optim\w*)[/_])?(learning_rate|lr)(\/[\w.-]+)?$|^lr-\w+$/i],
  ["tokens", /^(train[/_])?(num_tokens|num_input_tokens_seen|tokens(_seen)?|consumed_tokens)$/i],
];

function trainingOf(tags: ReadonlyMap<string, ReadonlyMap<number, number>>): TrainingRow[] {
  const rows = new Map<number, Record<string, number>>();
  for (const [name, pattern] of trainingTags) {
    const found = [...tags].find(([tag]) => pattern.test(tag));
    for (const [step, value] of found?.[1] ?? []) rows.set(step, { ...rows.get(step), [name]: value });
  }
  return [...rows].sort(([left], [right]) => left - right).map(([step, row]) => ({ step, ...row }));
}

/** Values are written as float32: seven digits are what was logged. */
const sevenDigits = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(7)) : value;

function evaluationsOf(tags: ReadonlyMap<string, ReadonlyMap<number, number>>): Evaluation[] {
  const steps = new Map<number, { values: Record<string, number>; mended: Record<string, number> }>();
  for (const [tag, values] of tags) {
    if (!isEvaluation(tag)) continue;
    for (const [step, value] of values) {
      const row = steps.get(step) ?? { values: emptyValues(), mended: emptyValues() };
      row.values[tag] = value;
      row.mended[tag] = sevenDigits(value);
      steps.set(step, row);
    }
  }
  const sorted = [...steps].sort(([left], [right]) => left - right);
  return sorted.map(([step, row]) => ({ step, epoch: null, ...row }));
}

/** Settings from the arguments that a trainer wrote as text. */
function knownOf(opened: readonly Opened[]): KnownFacts {
  for (const { events } of opened) {
    const written = [...events.texts].find(([tag]) => /^args(\/text_summary)?$/.test(tag))?.[1];
    if (written === undefined) continue;
    try {
      const settings: unknown = parsePythonJson(written);
      if (typeof settings === "object" && settings !== null) return trainerFacts({ ...settings });
    } catch {
      return {}; // Arguments in another spelling tell nothing; the curve stands without them.
    }
  }
  return {};
}

function trainerFacts(settings: Readonly<Record<string, unknown>>): KnownFacts {
  const names = ["learning_rate", "num_train_epochs", "max_steps", "per_device_train_batch_size", "seed"];
  const more = [
    "weight_decay",
    "warmup_steps",
    "warmup_ratio",
    "lr_scheduler_type",
    "label_smoothing_factor",
  ];
  const kept = Object.fromEntries(
    [...names, ...more].flatMap((name) => (name in settings ? [[name, settings[name]]] : [])),
  );
  return factsOfConfig(kept);
}

function runOf(opened: readonly Opened[], key: string, warnings: readonly string[]): RawRun {
  const tags = joinScalars(opened);
  const steps = [...tags.values()].flatMap((values) => [...values.keys()]);
  const evaluations = evaluationsOf(tags);
  const names = [...new Set(evaluations.flatMap(({ values }) => Object.keys(values)))];
  return {
    key,
    evaluations,
    training: trainingOf(tags),
    lastStep: steps.reduce<number | null>((last, step) => laterStep(last, step), null),
    known: knownOf(opened),
    warnings,
    aliases: Object.fromEntries(names.map((name) => [name, metricName(name)])),
  };
}

/**
 * The split that a file's folder names: `validation`, or `loss_val` where the writer's `add_scalars` put each of
 * several series of a tag `loss` into a folder of its own.
 */
function splitPrefix(folder: string, { scalars }: EventFile): string {
  if (splitFolder.test(folder)) return `${folder}/`;
  const [, stem, named] = scalarsFolder.exec(folder) ?? [];
  const isSeries = scalars.length > 0 && scalars.every(({ tag }) => tag.replaceAll("/", "_") === stem);
  return isSeries ? `${named}/` : "";
}

async function openEvents(file: LogFile): Promise<Opened | FileReading> {
  const events = readEventFile(await readBytes(file));
  if (events.damagedAt === 0 || (file.sizeBytes > 0 && Number.isNaN(events.firstWallSeconds))) {
    const failure = new LogFormatError(
      { file: file.path },
      "is no event file: its first record is damaged.",
      "Restore the file.",
    );
    return { path: file.path, runs: [], failure, warnings: [] };
  }
  const folder = foldersOf(file).at(-1) ?? "";
  return { file, events, prefix: splitPrefix(folder, events) };
}

const damageOf = ({ events }: Opened): string[] =>
  events.damagedAt === undefined ? [] : [`damaged at byte ${events.damagedAt}: what stands before is read.`];

const nEvaluations = (part: Opened): number => new Set(evaluatedSteps(part)).size;

/** The part that holds most of a training: its file lists the run. */
function primaryOf(parts: readonly Opened[]): Opened {
  const size = (part: Opened): number => nEvaluations(part) * 1e9 + part.events.scalars.length;
  return parts.reduce((best, next) => (size(next) > size(best) ? next : best));
}

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const read = await Promise.all(files.map(openEvents));
  const opened = read.filter((entry) => "events" in entry);
  const readings = read.filter((entry) => "runs" in entry);
  if (opened.length === 0) return readings;
  opened.sort((left, right) => beganAt(left.events) - beganAt(right.events));
  const { trainings, nAfterEnd } = trainingsOf(opened);
  const remarks = [
    ...(nAfterEnd > 0 ? [`evaluations after the end of training, at its last step, are left out.`] : []),
    ...(trainings.length > 1 ? [`${trainings.length} trainings share this folder: each is a run.`] : []),
  ];
  const listed = new Map<string, RawRun[]>();
  for (const { parts } of trainings) {
    const { path } = primaryOf(parts).file;
    const others = listed.get(path) ?? [];
    const key = others.length === 0 ? "" : `training=${others.length + 1}`;
    listed.set(path, [...others, runOf(parts, key, remarks)]);
  }
  for (const { file, events, prefix } of opened) {
    const runs = listed.get(file.path) ?? [];
    const home = trainings.find(({ parts }) => parts.some((part) => part.file === file));
    const partOf = primaryOf((home ?? trainings.at(-1)!).parts).file.path;
    const told = runs.length > 0 ? runs : (listed.get(partOf) ?? []);
    const hasCurve = told.some(({ evaluations }) => evaluations.length > 0);
    readings.push({
      path: file.path,
      ...(runs.length > 0 ? { runs } : { runs: [], partOf }),
      warnings: damageOf({ file, events, prefix }),
      ...(hasCurve ? {} : { reason: "holds training scalars only, no evaluation." }),
    });
  }
  return readings;
}

/**
 * TensorBoard event files: the files of a folder are one run, `train` and `validation` folders beside each other
 * too. Scalars as simple values or tensors; tags below `eval`, `val`, `validation` or `test` are the evaluation.
 */
export const tfevents: LogReader = {
  format: "tfevents",
  title: "TensorBoard event file",
  description: {
    recognised: "a name that contains `tfevents`; the files of a folder are one run",
    quality: "scalars whose tag names an evaluation, `train` and `validation` folders joined",
    plan: "`args` that a trainer wrote as text",
    end: "not told",
    notRead: "images, histograms, graphs",
  },
  detect: (file) => (/tfevents/.test(file.name) ? 0.9 : 0),
  unitOf: runFolder,
  read: readUnit,
};
