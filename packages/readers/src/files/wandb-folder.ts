import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile } from "../contract.ts";
import { flattened } from "../formats/jsonl.ts";
import { textLog } from "../formats/text-log.ts";
import { rolesOf } from "../tables/generic-columns.ts";
import { readJson } from "./log-text.ts";
import { yamlValue } from "../mapping/settings-text.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import type { WandbItems } from "./wandb-file.ts";

/** Names under which trainers log their own step, the preferred first. */
export const trainingSteps = [
  "train/global_step",
  "trainer/global_step",
  "global_step",
  "train.global_step",
  "step",
];

/** Settings without W&B's own entries; a setting may be wrapped as `{value: ...}`. */
export function settingsOf(config: WandbItems): KnownFacts {
  const unwrapped = Object.entries(config)
    .filter(([name]) => name !== "_wandb" && name !== "wandb_version")
    .map(([name, entry]): [string, unknown] => {
      const wrapped = typeof entry === "object" && entry !== null && "value" in entry;
      return [name, wrapped ? entry.value : entry];
    });
  return unwrapped.length === 0 ? {} : factsOfConfig(flattened(Object.fromEntries(unwrapped)));
}

/** Settings of a run's `files/config.yaml`; a missing or damaged one tells nothing. */
export async function settingsIn(folder: string): Promise<KnownFacts> {
  const content = await readFile(join(folder, "config.yaml"), "utf8").catch(() => "");
  const config = yamlValue(content);
  return typeof config === "object" && config !== null ? settingsOf({ ...config }) : {};
}

/** Why a file of a run folder is skipped when its history is absent. */
export const withoutHistory = "part of a W&B run folder without its .wandb file: no history.";

const skipped = (path: string, reason: string): FileReading => ({ path, runs: [], reason, warnings: [] });

/** The curve that the captured console output holds, undefined where it has none. */
async function readConsole(file: LogFile): Promise<FileReading | undefined> {
  const [reading] = await textLog.read([file]);
  if (reading === undefined || reading.reason !== undefined) return undefined;
  const known = await settingsIn(dirname(file.absolute));
  const runs = reading.runs.map((run) => ({
    ...run,
    known: { ...known, ...run.known, hyper: { ...known.hyper, ...run.known.hyper } },
  }));
  const warnings = [...reading.warnings, "read from the console output: the .wandb file is absent."];
  return { ...reading, runs, warnings };
}

/** The last values of the summary as one evaluation: facts, and no curve. */
async function readSummary(file: LogFile): Promise<FileReading> {
  let content: unknown;
  try {
    content = await readJson(file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { path: file.path, runs: [], failure: error, warnings: [] };
  }
  const row = typeof content === "object" && content !== null ? flattened({ ...content }) : {};
  const numbers = rolesOf(Object.keys(row), { bareScores: false }).evaluation.flatMap((name) => {
    const value = row[name];
    return typeof value === "number" ? [[name, value] as const] : [];
  });
  if (numbers.length === 0) return skipped(file.path, "the W&B summary holds no evaluation values.");
  const step = [...trainingSteps, "_step"]
    .map((name) => row[name])
    .find((value) => typeof value === "number");
  const epoch = [row["train/epoch"], row["epoch"]].find((value) => typeof value === "number");
  const run: RawRun = {
    key: "",
    evaluations: [{ step: step ?? null, epoch: epoch ?? null, values: Object.fromEntries(numbers) }],
    training: [],
    lastStep: step ?? null,
    known: await settingsIn(dirname(file.absolute)),
    warnings: [],
  };
  const reason = "last values only, without the run's .wandb file: no curve.";
  return { path: file.path, runs: [run], reason, warnings: [] };
}

/** Reads what a run folder without its `.wandb` file tells: the curve in `output.log`, else the summary's values. */
export async function readWithoutHistory(files: readonly LogFile[]): Promise<FileReading[]> {
  const output = files.find(({ name }) => name === "output.log");
  const curve = output === undefined ? undefined : await readConsole(output);
  if (curve !== undefined) {
    const parts = files.filter((file) => file !== output);
    return [curve, ...parts.map(({ path }) => ({ path, runs: [], partOf: curve.path, warnings: [] }))];
  }
  const readings: FileReading[] = [];
  for (const file of files) {
    const isSummary = file.name === "wandb-summary.json";
    readings.push(isSummary ? await readSummary(file) : skipped(file.path, withoutHistory));
  }
  return readings;
}
