import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { yamlValue } from "../mapping/settings-text.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { runsOfTable } from "../tables/generic-rows.ts";
import { cellNumber } from "../tables/markdown-table.ts";
import { mlflowEnds, tableOfMetrics, valuesByStep } from "../files/mlflow-rows.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";

const inRun = /^(.*?\/\d+\/[0-9a-f]{32})\/(?:meta\.yaml|(?:metrics|params|tags|inputs|outputs)\/.+)$/;
const experimentFile = /mlruns\/\d+\/(?:meta\.yaml|tags\/[^/]+)$/;

const posix = (path: string): string => path.replaceAll("\\", "/");

/** The run folder of a file, by where it lies on the disk. */
const runFolder = (file: LogFile): string | undefined => inRun.exec(posix(file.absolute))?.[1];

/** The run folder as the user's path names it, with a slash at its end. */
function shownFolder(file: LogFile, folder: string): string {
  const inside = posix(file.absolute).slice(folder.length);
  return file.path.endsWith(inside) ? `${file.path.slice(0, -inside.length)}/` : "./";
}

/** The files below a folder by their paths in it; a key with slashes is a path of folders. */
async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else found.push(path);
  }
  return found;
}

interface Metric {
  readonly values: ReadonlyMap<number, number>;
  readonly nBroken: number;
}

/** Lines `timestamp value step`; where every step is the same the values are numbered by time. */
function parseMetric(text: string): Metric {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  // A last line that was cut may have lost its step, or a part of its value or step.
  if (!text.endsWith("\n")) lines.pop();
  const points = lines.flatMap((line) => {
    const [time, value, step] = line
      .trim()
      .split(/\s+/)
      .map((part) => cellNumber(part));
    return time === undefined || value === undefined ? [] : [{ time, value, step: step ?? 0 }];
  });
  const values = valuesByStep(points);
  return { values, nBroken: lines.length - points.length };
}

async function textsBelow(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of await filesBelow(folder)) texts.set(path, await readFile(join(folder, path), "utf8"));
  return texts;
}

async function metaOf(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(join(folder, "meta.yaml"), "utf8").catch(() => "");
  const meta = yamlValue(text);
  return typeof meta === "object" && meta !== null ? { ...meta } : {};
}

/** Reads a run folder from the disk. */
async function readFolder(folder: string, shown: string): Promise<FileReading> {
  const meta = await metaOf(folder);
  const skipped = (reason: string): FileReading => ({ path: shown, runs: [], reason, warnings: [] });
  const texts = await textsBelow(join(folder, "metrics"));
  const metrics = new Map([...texts].map(([name, text]) => [name, parseMetric(text)] as const));
  if (metrics.size === 0) return skipped("MLflow run without metrics.");
  const params = Object.fromEntries(
    [...(await textsBelow(join(folder, "params")))].map(([name, text]) => [name, text.trim()]),
  );
  const status = meta["status"];
  const end =
    typeof status === "string" || typeof status === "number" ? mlflowEnds[String(status)] : undefined;
  const known: KnownFacts = { ...factsOfConfig(params), ...(end === undefined ? {} : { end }) };
  const table = tableOfMetrics(new Map([...metrics].map(([name, { values }]) => [name, values])));
  const { runs, reason } = runsOfTable({ ...table, known });
  const nBroken = [...metrics.values()].reduce((sum, metric) => sum + metric.nBroken, 0);
  const warnings = [
    ...(nBroken > 0 ? [`${nBroken} lines of metric files cannot be read.`] : []),
    ...(meta["lifecycle_stage"] === "deleted" ? ["the run is marked as deleted in MLflow."] : []),
  ];
  return { path: shown, runs, warnings, ...(reason === undefined ? {} : { reason: `the run ${reason}` }) };
}

async function read(files: readonly LogFile[]): Promise<FileReading[]> {
  const folder = runFolder(files[0]!);
  if (folder === undefined) {
    const reason = "description of an MLflow experiment.";
    return files.map(({ path }) => ({ path, runs: [], reason, warnings: [] }));
  }
  const shown = shownFolder(files[0]!, folder);
  const whole = await readFolder(folder, shown);
  const reason = whole.reason === undefined ? {} : { reason: whole.reason };
  const parts = files.map(({ path }) => ({ path, runs: [], partOf: shown, warnings: [], ...reason }));
  return [whole, ...parts];
}

/**
 * MLflow's file store: a run folder below `mlruns/<experiment>/` is one run, listed under the folder; its metric
 * files hold `timestamp value step` lines, its parameters are the settings.
 */
export const mlflowMlruns: LogReader = {
  format: "mlflow-mlruns",
  title: "MLflow run folder",
  description: {
    recognised: "files below `mlruns/<experiment>/<run>/`",
    quality: "metrics with an evaluation prefix or suffix, else bare scores",
    plan: "parameters such as `epochs`, `max_steps`",
    end: "the status in `meta.yaml`",
    notRead: "artifacts, models, tags",
  },
  detect: (file) => (runFolder(file) !== undefined || experimentFile.test(posix(file.absolute)) ? 0.9 : 0),
  unitOf: (file) => runFolder(file) ?? file.path,
  read,
};
