import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogReader } from "../contract.ts";
import { runsOfTable } from "../tables/generic-rows.ts";
import { mlflowEnds, tableOfMetrics, valuesByStep, type MlflowPoint } from "../files/mlflow-rows.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import { grouped, openSqlite, warningsOf, type SqliteFile, type SqlRow } from "../files/sqlite-file.ts";

/** Whether a database is MLflow's store. */
export const isMlflow = ({ tables }: SqliteFile): boolean =>
  tables.includes("runs") && tables.includes("metrics") && tables.includes("experiments");

/** MLflow writes NaN as 0 with a flag, and infinities as the largest numbers. */
function valueOf(row: SqlRow): number | undefined {
  if (row["is_nan"] === 1) return Number.NaN;
  const value = row["value"];
  if (typeof value !== "number") return undefined;
  return Math.abs(value) >= Number.MAX_VALUE ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
}

function pointOf(row: SqlRow): MlflowPoint[] {
  const value = valueOf(row);
  return value === undefined ? [] : [{ time: Number(row["timestamp"]), value, step: Number(row["step"]) }];
}

function knownOf(run: SqlRow, params: readonly SqlRow[], experiment: SqlRow | undefined): KnownFacts {
  const settings = Object.fromEntries(params.map((row) => [String(row["key"]), row["value"]]));
  const end = mlflowEnds[String(run["status"])];
  const name = experiment?.["name"];
  return {
    ...factsOfConfig(settings),
    ...(typeof name === "string" && name !== "Default" && { sweep: name }),
    ...(end !== undefined && { end }),
  };
}

/** The run of one row of the `runs` table; undefined where it logged nothing that is a curve. */
function runOf(run: SqlRow, metrics: readonly SqlRow[], known: KnownFacts): RawRun | undefined {
  const values = new Map(
    [...grouped(metrics, "key")].map(([name, rows]) => [String(name), valuesByStep(rows.flatMap(pointOf))]),
  );
  const { runs, reason } = runsOfTable({ ...tableOfMetrics(values), known });
  const [found] = runs;
  return reason !== undefined || found === undefined ? undefined : { ...found, key: String(run["run_uuid"]) };
}

/** The runs of an MLflow database that is open. */
export function readMlflow(path: string, database: SqliteFile): FileReading[] {
  const [metrics, params, experiments] = [
    grouped(database.rows("metrics"), "run_uuid"),
    grouped(database.rows("params"), "run_uuid"),
    grouped(database.rows("experiments"), "experiment_id"),
  ];
  const rows = database.rows("runs");
  const active = rows.filter((row) => row["lifecycle_stage"] !== "deleted");
  const runs = active.flatMap((row) => {
    const id = row["run_uuid"] ?? null;
    const experiment = experiments.get(row["experiment_id"] ?? null)?.[0];
    const run = runOf(row, metrics.get(id) ?? [], knownOf(row, params.get(id) ?? [], experiment));
    return run === undefined ? [] : [run];
  });
  const nDeleted = rows.length - active.length;
  const deleted = nDeleted > 0 ? [`${nDeleted} runs are marked as deleted in MLflow and not read.`] : [];
  const reason = `MLflow database of ${active.length} runs without an evaluation.`;
  return [
    {
      path,
      runs,
      warnings: [...warningsOf(database), ...deleted],
      ...(runs.length === 0 ? { reason } : {}),
    },
  ];
}

/** MLflow's database store in SQLite: one run per run id that is not deleted and has evaluations. */
export const mlflowSqlite: LogReader = {
  format: "mlflow-sqlite",
  title: "MLflow database",
  description: {
    recognised: "an SQLite database with the tables `runs` and `metrics`",
    quality: "metrics with an evaluation prefix or suffix, else bare scores",
    plan: "parameters such as `epochs`, `max_steps`",
    end: "the status of the run",
    notRead: "artifacts; deleted runs",
  },
  detect: (file) => {
    if (!file.headText.startsWith("SQLite format 3")) return 0;
    const head = Buffer.from(file.head).toString("latin1");
    return /latest_metrics/.test(head) && /experiments/.test(head) ? 0.9 : 0;
  },
  read: async ([file]) => {
    const database = await openSqlite(file!);
    try {
      const reason = "SQLite database without MLflow's tables of runs and metrics.";
      if (!isMlflow(database))
        return [{ path: file!.path, runs: [], reason, warnings: warningsOf(database) }];
      return readMlflow(file!.path, database);
    } finally {
      database.close();
    }
  },
};
