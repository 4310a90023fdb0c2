import {
  frontMatterRemarks,
  headlineOf,
  hyperparametersOf,
  modelCardFacts,
  totalBatchOf,
} from "../mapping/card-facts.ts";
import { mendRowOrder } from "../tables/card-rows.ts";
import { cutLineWarning, withoutCutLine } from "../tables/cut-lines.ts";
import { emptyValues } from "../tables/evaluation-rows.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { cellNumber, findTables, type MarkdownTable } from "../tables/markdown-table.ts";
import { normaliseName } from "../mapping/metric-choice.ts";
import {
  laterStep,
  type Evaluation,
  type KnownFacts,
  type RawRun,
  type TrainingRow,
} from "../mapping/raw-run.ts";

type Role = "step" | "epoch" | "trainLoss" | "lr" | "gradNorm" | "tokens" | "training" | "metric";

const roles: readonly (readonly [Role, RegExp])[] = [
  ["step", /^((global|training|train|optimi[sz]er)_)?(steps?|iterations?|iters?)$/],
  ["epoch", /^((global|training|train)_)?epochs?$/],
  ["trainLoss", /^(train|training)_loss$/],
  ["lr", /^(learning_rate|lr)$/],
  ["gradNorm", /^(grad|gradient)_norm$/],
  ["tokens", /^((num_)?(input_)?tokens(_seen)?)$/],
  ["training", /^train(ing)?_/],
];

function roleOf(header: string): Role {
  const name = normaliseName(header.replace(/[*`]/g, ""));
  return roles.find(([, pattern]) => pattern.test(name))?.[0] ?? "metric";
}

const columnsOf = (table: MarkdownTable): { name: string; role: Role }[] =>
  table.header.map((name) => ({ name: name.replace(/[*`]/g, ""), role: roleOf(name) }));

const isKeyed = (table: MarkdownTable): boolean =>
  columnsOf(table).some(({ role }) => role === "step" || role === "epoch");

const hasLoss = (table: MarkdownTable): boolean => table.header.some((name) => /loss/i.test(name));

/** Tables that may be curves: keyed by step or epoch, below the results heading or with a loss column. */
function curveTables(card: string): MarkdownTable[] {
  const keyed = findTables(card).filter(isKeyed);
  const headed = keyed.filter((table) =>
    /training\s{1,9}(results|log|history|progress)/i.test(table.heading),
  );
  return headed.length > 0 ? headed : keyed.filter(hasLoss);
}

interface Curve {
  readonly evaluations: readonly Evaluation[];
  readonly training: readonly TrainingRow[];
  readonly lastStep: number | null;
  readonly nBroken: number;
  readonly nUnkeyed: number;
}

function readRow(columns: readonly { name: string; role: Role }[], cells: readonly string[]) {
  const values = emptyValues();
  const found: Partial<Record<Role, number>> = {};
  for (const [index, { name, role }] of columns.entries()) {
    const value = cellNumber(cells[index]!);
    if (value === undefined) continue;
    if (role === "metric") values[name] = value;
    else found[role] ??= value;
  }
  return { values, found };
}

function readCurve(table: MarkdownTable): Curve {
  const columns = columnsOf(table);
  const hasStep = columns.some(({ role }) => role === "step");
  const evaluations: Evaluation[] = [];
  const training: TrainingRow[] = [];
  let lastStep: number | null = null;
  let [nBroken, nUnkeyed] = [0, 0];
  for (const cells of table.rows) {
    if (cells.length !== columns.length) {
      nBroken += 1;
      continue;
    }
    const { values, found } = readRow(columns, cells);
    const key = hasStep ? found.step : found.epoch;
    if (key === undefined || !Number.isFinite(key)) {
      nUnkeyed += 1;
      continue;
    }
    const step = hasStep ? key : null;
    lastStep = laterStep(lastStep, step);
    evaluations.push({ step, epoch: found.epoch ?? null, tokens: found.tokens, values });
    training.push({
      step,
      epoch: found.epoch,
      loss: found.trainLoss,
      gradNorm: found.gradNorm,
      lr: found.lr,
    });
  }
  return { evaluations, training, lastStep, nBroken, nUnkeyed };
}

/** Plan, end and size of the data set from the last row; a plan that the table runs past is none. */
function planOf(card: string, curve: Curve, facts: KnownFacts): { known: KnownFacts; warnings: string[] } {
  const last = curve.evaluations.reduce<Evaluation | undefined>(
    (best, row) => ((row.step ?? row.epoch ?? 0) >= (best?.step ?? best?.epoch ?? 0) ? row : best),
    undefined,
  );
  const { step, epoch } = last ?? { step: null, epoch: null };
  const batch = totalBatchOf(hyperparametersOf(card));
  const size =
    batch !== undefined && step !== null && epoch !== null && epoch > 0 ? (step * batch) / epoch : undefined;
  const datasetSize = size === undefined ? undefined : Math.max(1, Math.round(size));
  const estimated = datasetSize === undefined ? {} : { datasetSizeEstimated: true };
  const fromEpochs =
    facts.plannedEpochs !== undefined && step !== null && epoch !== null && epoch > 0
      ? Math.round((facts.plannedEpochs / epoch) * step)
      : undefined;
  const plannedSteps = facts.plannedSteps ?? fromEpochs;
  const shares = [
    (step ?? Number.NaN) / (plannedSteps ?? Number.NaN),
    (epoch ?? Number.NaN) / (facts.plannedEpochs ?? Number.NaN),
  ];
  const share = Math.max(...shares.filter((value) => !Number.isNaN(value)), 0);
  const { maxSteps, epochs, ...hyper } = facts.hyper ?? {};
  if (share > 1.02) {
    const warnings = ["the table goes on past the stated plan: the plan is not taken."];
    const unplanned = { ...facts, plannedSteps: undefined, plannedEpochs: undefined };
    return { known: { ...unplanned, datasetSize, hyper: { ...hyper, ...estimated } }, warnings };
  }
  const plan = { ...(maxSteps !== undefined && { maxSteps }), ...(epochs !== undefined && { epochs }) };
  return {
    known: {
      ...facts,
      plannedSteps,
      datasetSize,
      end: share >= 0.98 ? "completed" : "unknown",
      hyper: { ...hyper, ...plan, ...estimated },
    },
    warnings: [],
  };
}

/** Metrics whose headline value stands in no row: the table may hold another metric of that name. */
function headlineWarnings(card: string, evaluations: readonly Evaluation[]): string[] {
  const strangers: string[] = [];
  for (const [name, value] of headlineOf(card)) {
    const column = name.toLowerCase() === "loss" ? "Validation Loss" : name;
    const seen = evaluations
      .map((row) => row.mended?.[column] ?? row.values[column])
      .filter((cell) => cell !== undefined);
    if (seen.length === 0 || !Number.isFinite(value)) continue;
    const tolerance = Math.max(6e-5, Math.abs(value) * 1e-6);
    if (!seen.some((cell) => Math.abs(cell - value) <= tolerance)) strangers.push(`${name} ${value}`);
  }
  if (strangers.length === 0) return [];
  const named = strangers.slice(0, 3).join(", ") + (strangers.length > 3 ? ", ..." : "");
  return [`the headline gives ${named}, which stands in no row of the table: it is of another evaluation.`];
}

function tableWarnings(tables: readonly MarkdownTable[], curve: Curve): string[] {
  const [table, ...others] = tables;
  const named = others.map(({ header, rows }) => `${header.join(", ")} (${rows.length} rows)`);
  return [
    ...(named.length > 0
      ? [`the first of ${tables.length} tables is read; the others are ${named.join("; ")}.`]
      : []),
    ...(curve.nBroken > 0 ? [`${curve.nBroken} rows have another number of cells than the header.`] : []),
    ...(curve.nUnkeyed > 0 ? [`${curve.nUnkeyed} rows have no step or epoch.`] : []),
    ...(table!.nLinesCutOff > 0
      ? [`line breaks cut the table: ${table!.nLinesCutOff} lines behind it are not read.`]
      : []),
  ];
}

function isRounded(curve: Curve): boolean {
  const values = curve.evaluations.flatMap((row) => Object.values(row.values)).filter(Number.isFinite);
  return values.length > 0 && values.every((value) => Math.abs(value * 1e4 - Math.round(value * 1e4)) < 1e-6);
}

/** Whether a line of a table shows its own end. */
const isWholeRow = (line: string): boolean => !line.includes("|") || line.endsWith("|");

/** Whether a card breaks off in or behind its table: the Trainer writes the versions of its frameworks below. */
const breaksOff = (card: string): boolean =>
  card.slice(0, 200_000).trimEnd().split("\n").at(-1)!.includes("|") && !/Framework versions/i.test(card);

/** The run of a card, or why it holds none. */
function readCard(text: string): RawRun | string {
  const { text: card, isCut } = withoutCutLine(text, isWholeRow);
  const tables = curveTables(card);
  const table = tables[0];
  if (table === undefined) return "model card without a training-results table.";
  const curve = readCurve(table);
  if (!curve.evaluations.some((row) => Object.values(row.values).some(Number.isFinite))) {
    return "model card whose training-results table holds no evaluation values.";
  }
  const metrics = columnsOf(table)
    .filter(({ role }) => role === "metric")
    .map(({ name }) => name);
  const mended = mendRowOrder(curve.evaluations, metrics);
  const { known, warnings } = planOf(card, curve, modelCardFacts(card));
  const rounded = isRounded(curve) ? { roundedTo: 4 } : {};
  return {
    key: "",
    evaluations: mended.evaluations,
    training: curve.training,
    lastStep: curve.lastStep,
    known: {
      ...known,
      ...(known.end === "completed" && (isCut || breaksOff(card)) ? { end: "unknown" } : {}),
      hyper: { ...known.hyper, ...rounded },
    },
    warnings: [
      ...(isCut ? [cutLineWarning] : []),
      ...tableWarnings(tables, curve),
      ...mended.warnings,
      ...headlineWarnings(card, mended.evaluations),
      ...warnings,
    ],
  };
}

function detect(file: LogFile): number {
  if (!/\.(md|markdown)$/i.test(file.name)) return 0;
  const text = file.headText;
  if (/generated_from_(trainer|keras_callback)|has been generated automatically according to/.test(text))
    return 0.95;
  if (/^#{1,9}\s{0,9}training\s{1,9}results/im.test(text)) return 0.8;
  const front =
    text.trimStart().startsWith("---") &&
    /^(license|tags|model-index|datasets|library_name|pipeline_tag|base_model)\s{0,9}:/m.test(text);
  if (front) return 0.6;
  return /fine-?tuned|pre-?trained/i.test(text) && /huggingface/i.test(text) ? 0.3 : 0;
}

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const { path } = file!;
  const text = await readText(file!);
  const run = readCard(text);
  const warnings = frontMatterRemarks(text);
  return [
    typeof run === "string" ? { path, runs: [], reason: run, warnings } : { path, runs: [run], warnings },
  ];
}

/**
 * Hugging Face model card: the training-results table as the Trainer or the Keras callback writes it, read cell by
 * cell; plan, base model, data set and hyperparameters from the text around it. The headline is never a point.
 */
export const modelCard: LogReader = {
  format: "model-card",
  title: "Hugging Face model card",
  description: {
    recognised: "a `README.md` that a trainer generated, with a `Training results` table",
    quality: "every column but step, epoch and training loss",
    plan: "`num_epochs` or `training_steps` of the listed settings",
    end: "not told",
    notRead: "the headline results, which may be of another evaluation",
  },
  detect,
  read,
};
