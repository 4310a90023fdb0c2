import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LogFormatError } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { isWandbFile, readWandbFile, type WandbItems } from "../files/wandb-file.ts";
import {
  readWithoutHistory,
  settingsIn,
  settingsOf,
  trainingSteps,
  withoutHistory,
} from "../files/wandb-folder.ts";
import { flattened } from "./jsonl.ts";

const runFolder = /^(.*\/)?(offline-)?run-\d{8}_\d{6}-[^/]+(?=\/)/;
const bookkeeping = new Set(["_step", "_runtime", "_timestamp"]);

/** History rows by training step: a row that does not repeat the step belongs to the last one named. */
function placedRows(history: readonly WandbItems[]): { names: string[]; rows: GenericRow[] } {
  const rows = history.map((items) => flattened(items));
  const step = trainingSteps.find((name) => rows.some((row) => typeof row[name] === "number")) ?? "_step";
  let current: number | undefined;
  const placed = rows.flatMap((row): GenericRow[] => {
    const own = row[step];
    if (typeof own === "number") current = own;
    if (current === undefined) return [];
    const values = Object.entries(row).filter(([name]) => !bookkeeping.has(name));
    return [{ ...Object.fromEntries(values), [step]: current }];
  });
  return { names: [...new Set(placed.flatMap((row) => Object.keys(row)))], rows: placed };
}

async function readHistory(file: LogFile): Promise<FileReading> {
  const bytes = await readFile(file.absolute);
  if (!isWandbFile(bytes)) {
    throw new LogFormatError({ file: file.path }, "does not begin like a W&B file.", "Restore the file.");
  }
  const { history, config, exitCode, nDamaged } = readWandbFile(bytes);
  const settings = settingsOf(config);
  const known =
    Object.keys(settings.hyper ?? {}).length > 0
      ? settings
      : await settingsIn(join(dirname(file.absolute), "files"));
  const end = exitCode !== undefined && exitCode !== 0 ? { end: "crashed" as const } : {};
  const table = placedRows(history);
  const warnings = nDamaged > 0 ? [`${nDamaged} damaged chunks were passed over.`] : [];
  if (table.rows.length === 0)
    return { path: file.path, runs: [], reason: "the W&B history is empty.", warnings };
  const { runs, reason } = runsOfTable({ ...table, known: { ...known, ...end } });
  return {
    path: file.path,
    runs,
    warnings,
    ...(reason === undefined ? {} : { reason: `the W&B history ${reason}` }),
  };
}

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const main = files.find(({ name }) => name.endsWith(".wandb"));
  if (main === undefined) return readWithoutHistory(files);
  const others = files.filter((file) => file !== main);
  try {
    const whole = await readHistory(main);
    const reason = whole.reason === undefined ? {} : { reason: whole.reason };
    return [
      whole,
      ...others.map(({ path }) => ({ path, runs: [], partOf: main.path, warnings: [], ...reason })),
    ];
  } catch (error) {
    if (!(error instanceof LogFormatError)) throw error;
    const rest = others.map(({ path }) => ({ path, runs: [], reason: withoutHistory, warnings: [] }));
    return [{ path: main.path, runs: [], failure: error, warnings: [] }, ...rest];
  }
}

/**
 * A Weights & Biases run folder: the history of `run-<id>.wandb` by the training step that was logged, else by
 * W&B's own; settings from the file, else from `files/config.yaml`. Without that file the console output may hold
 * the curve; a summary alone is none.
 */
export const wandbDir: LogReader = {
  format: "wandb-dir",
  title: "Weights & Biases run folder",
  description: {
    recognised: "`run-<id>.wandb` or a file of a W&B run folder",
    quality: "history values with an evaluation prefix or suffix",
    plan: "the configuration",
    end: "the exit record",
    notRead: "system statistics, media, the summary, which has last values only",
  },
  detect: (file) =>
    runFolder.test(file.path) || file.name.endsWith(".wandb") || isWandbFile(file.head) ? 0.95 : 0,
  unitOf: (file) => runFolder.exec(file.path)?.[0] ?? file.path,
  read: readUnit,
};
