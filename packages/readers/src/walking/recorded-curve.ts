import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { curveOf, InvalidInputError, type Checkpoint, type Curve, type Monitor } from "@stopwise/core";
import { decodeText } from "../files/log-text.ts";
import { parsePythonJson } from "../files/python-json.ts";
import { brokenRunRecordRule, withDefaults } from "../mapping/run-record-check.ts";
import { recordsOf, type IngestReport } from "./ingest-report.ts";
import { bareColumn } from "./number-column.ts";
import { readLogs } from "./read-logs.ts";

const forms = "A curve is one run in any run log, a JSON array of numbers, or a column of numbers.";

function refuse(path: string, rule: string, hint = forms): never {
  throw new InvalidInputError(`${path} ${rule}`, hint);
}

/** Fields of a checkpoint; objects with others are rows of a log. */
const fields = new Set([
  ...["step", "tokens", "epoch", "quality", "value", "testQuality"],
  ...["evalLoss", "trainLoss", "gradNorm", "lr"],
]);

const numberOf = (value: unknown): number | undefined => {
  if (value === null) return Number.NaN;
  if (typeof value === "number") return value;
  const spelled = typeof value === "string" ? /^([+-]?)(nan|inf|infinity)$/i.exec(value.trim()) : null;
  if (spelled === null) return undefined;
  if (/nan/i.test(spelled[2]!)) return Number.NaN;
  return spelled[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};

/** The curve of bare values: evaluation i stands at step i + 1; infinite values stay as they are. */
function curveOfValues(values: readonly number[], steps: readonly number[], named: Named): Curve {
  const { path, monitor } = named;
  const points = values.map((_, index): Checkpoint => ({ step: steps[index] ?? index + 1 }));
  const kind = monitor === "quality" ? "quality" : "loss";
  const series = Float64Array.from(values);
  const metric = kind === "loss" ? "loss" : "exact_match";
  const curve = curveOf({ id: path, metric, kind, hyper: {}, points });
  return { ...curve, ...(kind === "loss" ? { evalLoss: series } : {}), [monitor]: series };
}

interface Named {
  readonly path: string;
  readonly monitor: Monitor;
}

const isRow = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A point as the schema has it: null for what is not finite. */
function pointOf(row: Readonly<Record<string, unknown>>, index: number): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]): [string, unknown] => {
    const number = numberOf(value);
    return [name, number === undefined ? value : Number.isFinite(number) ? number : null];
  });
  return { step: index + 1, ...Object.fromEntries(entries) };
}

function curveOfPoints(rows: readonly Readonly<Record<string, unknown>>[], { path, monitor }: Named): Curve {
  const kind = monitor === "quality" ? "quality" : "loss";
  const given = rows.map(pointOf);
  const points =
    kind === "loss"
      ? given.map((point) => ({ ...point, value: point["value"] ?? point[monitor] ?? null }))
      : given;
  const record = { id: path, metric: kind === "loss" ? "loss" : "exact_match", kind, hyper: {}, points };
  const broken = brokenRunRecordRule(record);
  if (broken !== undefined) refuse(path, `is no list of checkpoints: ${broken.field} ${broken.rule}.`);
  const curve = curveOf(withDefaults(record));
  if (curve.step.some((step, index) => index > 0 && step <= curve.step[index - 1]!)) {
    refuse(path, "has steps that do not rise.", "Sort its checkpoints, each step once.");
  }
  return curve[monitor].some(Number.isFinite) || kind === "quality"
    ? curve
    : { ...curve, [monitor]: curve.evalLoss };
}

/** The curve of a JSON array of numbers or of checkpoints; undefined for an array of anything else. */
function curveOfArray(text: string, named: Named): Curve | undefined {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch {
    return refuse(named.path, "is no valid JSON.");
  }
  if (!Array.isArray(json)) return refuse(named.path, "is no JSON array.");
  const list: readonly unknown[] = json;
  if (list.length === 0) refuse(named.path, "holds no evaluation.");
  if (list.every(isRow)) {
    const isCheckpoints = list.every((row) => Object.keys(row).every((name) => fields.has(name)));
    return isCheckpoints ? curveOfPoints(list, named) : undefined;
  }
  const values = list.map(numberOf);
  const wrong = values.indexOf(undefined);
  if (wrong >= 0) refuse(named.path, `must hold numbers, got ${JSON.stringify(list[wrong])} at [${wrong}].`);
  return curveOfValues(values as number[], [], named);
}

/** Longer files are logs, not written by hand. */
const mostBytes = 1 << 26;

/** The curve of a file that was written by hand; undefined where the file is a log. */
function handWritten(named: Named): Curve | undefined {
  const found = statSync(resolve(named.path), { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > mostBytes) return undefined;
  const bytes = readFileSync(resolve(named.path));
  if (bytes.includes(0)) return undefined;
  const text = decodeText(bytes)
    .replace(/^\uFEFF/, "")
    .trim();
  if (text === "") refuse(named.path, "holds no evaluation.");
  if (text.startsWith("[")) return curveOfArray(text, named);
  const column = bareColumn(text, named.path);
  return column && curveOfValues(column.values, column.steps, named);
}

/** Columns without a split that stand for a monitor where nothing else does. */
const bareNames: Readonly<Partial<Record<Monitor, readonly string[]>>> = {
  quality: ["score", "value"],
  trainLoss: ["train_loss", "loss"],
};

function curveIn(report: IngestReport, { path, monitor }: Named): Curve | undefined {
  const records = recordsOf(report);
  if (records.length > 1) {
    const shown = records.slice(0, 5).map(({ id }) => id);
    const names = shown.join(", ") + (records.length > 5 ? ", ..." : "");
    refuse(path, `holds ${records.length} runs: ${names}.`, "Name the file of one, or give --runs.");
  }
  const curve = records[0] && curveOf(records[0]);
  return curve?.[monitor].some(Number.isFinite) === true ? curve : undefined;
}

/** Why a report has no curve of the monitored series. */
function whyNone(report: IngestReport, { monitor }: Named): string {
  const file = report.files.find(({ reason, warnings }) => reason !== undefined || warnings.length > 0);
  if (recordsOf(report).length > 0) return `has no values of ${monitor}.`;
  return `gives no curve: ${file?.reason ?? file?.warnings.join(" ") ?? "it holds no run."}`;
}

/**
 * The curve of a recorded run: any log that the readers read and that holds exactly one run, or one of two forms that
 * are written by hand: a JSON array of numbers (also `NaN` and `Infinity`, bare or as strings) or of checkpoints, and
 * a column of numbers without header, with or without a column of steps before it.
 *
 * @param path - the file (or the folder of one run)
 * @param monitor - the series that a policy watches, for which bare values stand
 * @throws {InvalidInputError} when the file is none of these, holds no evaluation, or several runs
 */
export async function readCurve(path: string, monitor: Monitor): Promise<Curve> {
  const named = { path, monitor };
  const written = handWritten(named);
  if (written !== undefined) return written;
  const report = await readLogs([path], { keepsGaps: true });
  const curve = curveIn(report, named);
  if (curve !== undefined) return curve;
  for (const metric of bareNames[monitor] ?? []) {
    const asked = curveIn(await readLogs([path], { metric, keepsGaps: true }), named);
    if (asked !== undefined) return asked;
  }
  return refuse(path, whyNone(report, named));
}
