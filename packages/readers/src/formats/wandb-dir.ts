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

const runFolder = /^(.{0,4000}\/)?(offline-)?run-\d{8}_\d{6}-[^/]{1,200}(?=\/)/;
const bookkeeping = new Set(["_step", "_runtime", "_timestamp"]);

/** A step of an evaluation of its own, as `define_metric("val/*", step_metric="val/step")` makes it. */
const ownStep = /^(eval|evaluation|val|valid|validation|test|dev)[/._](global_step|step|iteration|iter)$/;

interface Axis {
  /** The training step that is logged, else W&B's own counter of rows. */
  readonly step: string;
  /** Steps that the rows of evaluations log for themselves. */
  readonly own: readonly string[];
}

function axisOf(rows: readonly GenericRow[]): Axis {
  const isLogged = (name: string): boolean => rows.some((row) => typeof row[name] === "number");
  const own = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (name) => ownStep.test(name) && isLogged(name),
  );
  return { step: trainingSteps.find(isLogged) ?? own[0] ?? rowCounter, own };
}

const rowCounter = "_step";

/** History rows by training step: a row that does not repeat the step belongs to the last one named. */
function placedRows(history: readonly WandbItems[]): {
  names: string[];
  rows: GenericRow[];
  isCounter: boolean;
} {
  const rows = history.map((items) => flattened(items));
  const { step, own } = axisOf(rows);
  let current: number | undefined;
  const placed = rows.flatMap((row): GenericRow[] => {
    const at = row[step] ?? own.map((name) => row[name]).find((value) => typeof value === "number");
    if (typeof at === "number") current = at;
    if (current === undefined) return [];
    const values = Object.entries(row).filter(([name]) => !bookkeeping.has(name));
    return [Object.assign(emptyRow(), Object.fromEntries(values), { [step]: current })];
  });
  const names = [...new Set(placed.flatMap((row) => Object.keys(row)))];
  // `val/step` alone is no name of a step in a table.
  return step === rowCounter || trainingSteps.includes(step)
    ? { names, rows: placed, isCounter: step === rowCounter }
    : { ...renamedStep(names, placed, step), isCounter: false };
}

function renamedStep(names: readonly string[], rows: readonly GenericRow[], step: string) {
  return {
    names: ["step", ...names.filter((name) => name !== step)],
    rows: rows.map(({ [step]: at, ...values }): GenericRow => ({ ...values, step: at! })),
  };
}

const emptyRow = (): Record<string, number | string> =>
  Object.create(null) as Record<string, number | string>;

/** How a run ended: without an exit record its process was killed, or still runs. */
function endOf(exitCode: number | undefined): { end: "running" | "crashed" } | object {
  if (exitCode === undefined) return { end: "running" };
  return exitCode === 0 ? {} : { end: "crashed" };
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
  const end = endOf(exitCode);
  const { isCounter, ...table } = placedRows(history);
  const warnings = nDamaged > 0 ? [`${nDamaged} damaged chunks were passed over.`] : [];
  if (table.rows.length === 0)
    return { path: file.path, runs: [], reason: "the W&B history is empty.", warnings };
  const { runs, reason } = runsOfTable({ ...table, known: { ...known, ...end } });
  return {
    path: file.path,
    runs: isCounter ? runs.map((run) => ({ ...run, stepIsCounter: true })) : runs,
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
