import { readFileSync } from "node:fs";
import { curveOf, InvalidInputError, runRecordSchema, type Curve, type Monitor } from "@stopwise/core";
import * as z from "zod/mini";

type Row = Readonly<Record<string, number>>;

const number = (value: unknown): number => {
  if (value === null || value === "") return Number.NaN;
  return typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
};

function refuse(file: string, rule: string): never {
  throw new InvalidInputError(
    `${file} ${rule}.`,
    "A curve is a JSON array of numbers, a CSV with a header, or one run record.",
  );
}

/** What a CSV or JSON column is called in a run record. */
const names: Readonly<Record<string, string>> = {
  em: "quality",
  exact_match: "quality",
  accuracy: "quality",
  score: "quality",
  eval_loss: "evalLoss",
  evalloss: "evalLoss",
  val_loss: "evalLoss",
  valid_loss: "evalLoss",
  train_loss: "trainLoss",
  trainloss: "trainLoss",
  loss: "trainLoss",
  grad_norm: "gradNorm",
  gradnorm: "gradNorm",
  learning_rate: "lr",
  test_quality: "testQuality",
  testquality: "testQuality",
};

const fieldOf = (title: string): string => {
  const key = title.trim().replace(/^"|"$/g, "").toLowerCase();
  return names[key] ?? key;
};

/** Rows of a CSV: with a header by name; without one, one column is the value, two are step and value. */
function csvRows(text: string, file: string, monitor: Monitor): Row[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const cells = lines.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()));
  const first = cells[0] ?? [];
  const isNumber = (cell: string): boolean => cell !== "" && !Number.isNaN(Number(cell));
  const hasHeader = first.some((cell) => !isNumber(cell) && !/^[+-]?(nan|inf(inity)?)$/i.test(cell));
  const titles = hasHeader ? first.map(fieldOf) : first.length === 1 ? [monitor] : ["step", monitor];
  const rows = hasHeader ? cells.slice(1) : cells;
  if (hasHeader && !titles.includes(monitor))
    refuse(file, `has no column ${monitor}, got ${first.join(", ")}`);
  return rows.map((row) => Object.fromEntries(titles.map((title, i) => [title, number(row[i] ?? "")])));
}

/** A curve of bare values: evaluation i stands at step i + 1; infinite values stay as they are. */
function curveOfRows(rows: readonly Row[], monitor: Monitor, id: string): Curve {
  const points = rows.map((row, i) => ({ step: row["step"] ?? i + 1, ...row }));
  const kind = monitor === "quality" ? "quality" : "loss";
  const values = Float64Array.from(points, (point) => number((point as Row)[monitor]));
  const marked = points.map((point, i) => (kind === "loss" ? { ...point, value: values[i]! } : point));
  const metric = kind === "loss" ? "loss" : "exact_match";
  return { ...curveOf({ id, metric, kind, hyper: {}, points: marked }), [monitor]: values };
}

function fromJson(json: unknown, file: string, monitor: Monitor): Curve {
  if (Array.isArray(json)) {
    const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null;
    const rows = json.map((value): Row => (isRow(value) ? value : { [monitor]: number(value) }));
    return curveOfRows(rows, monitor, file);
  }
  if (typeof json !== "object" || json === null) refuse(file, "holds neither an array nor a run record");
  if ("curve" in json && Array.isArray(json.curve)) return fromJson(json.curve, file, monitor);
  const record = z.safeParse(runRecordSchema, { id: file, metric: "exact_match", ...json });
  if (record.success) return curveOf(record.data);
  const issue = record.error.issues[0]!;
  return refuse(file, `is no run record: ${issue.path.join(".")} ${issue.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/(?<=[[,:\s])(-?Infinity|NaN)(?=[\],}\s])/g, '"$1"'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The curve of a file: a JSON array of numbers (also `NaN` and `Infinity`, bare or as strings) or of checkpoints, a
 * CSV, or one run record.
 *
 * @param file - its path
 * @param monitor - the series that bare values stand for
 * @throws {InvalidInputError} when the file is none of these, or empty
 */
export function readCurve(file: string, monitor: Monitor): Curve {
  const text = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .trim();
  const looksLikeJson = text.startsWith("[") || text.startsWith("{");
  const json = looksLikeJson ? parseJson(text) : undefined;
  if (looksLikeJson && json === undefined) refuse(file, "is no valid JSON");
  const curve = looksLikeJson
    ? fromJson(json, file, monitor)
    : curveOfRows(csvRows(text, file, monitor), monitor, file);
  if (curve.nCheckpoints === 0) refuse(file, "holds no evaluation");
  return curve;
}
