import type { End } from "@stopwise/core";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { parsePythonJson } from "../files/python-json.ts";
import { laterStep, type Evaluation, type RawRun } from "../mapping/raw-run.ts";
import {
  grouped,
  openSqlite,
  warningsOf,
  type SqliteFile,
  type SqlRow,
  type SqlValue,
} from "../files/sqlite-file.ts";
import { isMlflow, readMlflow } from "./mlflow-sqlite.ts";

const ends: Readonly<Record<string, End>> = {
  COMPLETE: "completed",
  PRUNED: "early-stopped",
  FAIL: "crashed",
  RUNNING: "running",
};

const nonFinite: Readonly<Record<string, number>> = {
  NAN: Number.NaN,
  INF_POS: Number.POSITIVE_INFINITY,
  INF_NEG: Number.NEGATIVE_INFINITY,
};

/** The reported value: its type column tells non-finite ones; older files write null for NaN. */
function reported(row: SqlRow): number {
  const type = row["intermediate_value_type"];
  const value = row["intermediate_value"];
  return (
    (typeof type === "string" ? nonFinite[type] : undefined) ??
    (typeof value === "number" ? value : Number.NaN)
  );
}

/** A parameter as the user gave it: categories are stored as an index into the choices. */
function parameter(row: SqlRow): unknown {
  const [value, distribution] = [row["param_value"], row["distribution_json"]];
  if (typeof distribution !== "string" || typeof value !== "number") return value;
  try {
    const parsed = parsePythonJson(distribution) as { attributes?: { choices?: unknown[] } } | null;
    const choices = parsed?.attributes?.choices;
    return Array.isArray(choices) ? choices[value] : value;
  } catch {
    return value; // Without its distribution the stored number is all that is known.
  }
}

interface Study {
  readonly name: string;
  readonly isMinimised: boolean;
}

function studiesOf(database: SqliteFile): Map<SqlValue, Study> {
  const directions = new Map(
    database.rows("study_directions").map((row) => [row["study_id"], row["direction"]]),
  );
  return new Map(
    database.rows("studies").map((row) => {
      const id = row["study_id"] ?? null;
      const direction = directions.get(id) ?? row["direction"];
      return [
        id,
        { name: String(row["study_name"] ?? id), isMinimised: direction === "MINIMIZE" || direction === 1 },
      ];
    }),
  );
}

/** One run per trial that reported values; a step reported twice keeps the first. */
function trialRun(
  trial: SqlRow,
  study: Study | undefined,
  details: { reports: readonly SqlRow[]; params: readonly SqlRow[]; named: boolean },
): RawRun {
  const steps = new Map<number, number>();
  for (const row of details.reports) {
    const step = row["step"];
    if (typeof step === "number" && !steps.has(step)) steps.set(step, reported(row));
  }
  const evaluations = [...steps]
    .sort(([left], [right]) => left - right)
    .map(([step, objective]): Evaluation => ({ step, epoch: null, values: { objective } }));
  const settings = Object.fromEntries(
    details.params.map((row) => [String(row["param_name"]), parameter(row)]),
  );
  const end = ends[String(trial["state"])];
  return {
    key: `${details.named ? `${study?.name} ` : ""}trial=${String(trial["number"] ?? trial["trial_id"])}`,
    evaluations,
    training: [],
    lastStep: evaluations.reduce<number | null>((last, { step }) => laterStep(last, step), null),
    known: { ...factsOfConfig(settings), sweep: study?.name, ...(end === undefined ? {} : { end }) },
    warnings: [],
    aliases: { objective: study?.isMinimised === true ? "objective_loss" : "objective_score" },
  };
}

/** What a database without trials is. */
const otherDatabase = (tables: readonly string[]): string =>
  `SQLite database without trials; its tables are ${tables.join(", ") || "none"}.`;

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const database = await openSqlite(file!);
  try {
    return readDatabase(file!.path, database);
  } finally {
    database.close();
  }
}

function readDatabase(path: string, database: SqliteFile): FileReading[] {
  const warnings = warningsOf(database);
  if (isMlflow(database)) return readMlflow(path, database);
  if (!database.tables.includes("trials")) {
    return [{ path, runs: [], reason: otherDatabase(database.tables), warnings }];
  }
  const studies = studiesOf(database);
  const reports = grouped(database.rows("trial_intermediate_values"), "trial_id");
  const params = grouped(database.rows("trial_params"), "trial_id");
  const trials = database.rows("trials");
  const runs = trials
    .filter((trial) => reports.has(trial["trial_id"] ?? null))
    .map((trial) => {
      const id = trial["trial_id"] ?? null;
      return trialRun(trial, studies.get(trial["study_id"] ?? null), {
        reports: reports.get(id)!,
        params: params.get(id) ?? [],
        named: studies.size > 1,
      });
    });
  const reason = `${trials.length} trials with one final value each and no intermediate values: no curves.`;
  return [{ path, runs, warnings, ...(runs.length === 0 ? { reason } : {}) }];
}

/**
 * Optuna's SQLite storage: one run per trial that reported intermediate values, the sweep is the study, the metric
 * is the objective with the study's direction. A pruned trial was stopped early.
 */
export const optunaSqlite: LogReader = {
  format: "optuna-sqlite",
  title: "Optuna study database",
  description: {
    recognised: "an SQLite database with `trial_intermediate_values`",
    quality: "the values that each trial reported",
    plan: "not told",
    end: "the state of the trial: complete or pruned",
    notRead: "trials without reports",
  },
  detect: (file) => {
    if (!file.headText.startsWith("SQLite format 3")) return 0;
    return /trial_intermediate_values|study_directions|CREATE TABLE trials/.test(
      Buffer.from(file.head).toString("latin1"),
    )
      ? 0.9
      : 0.5;
  },
  read,
};
