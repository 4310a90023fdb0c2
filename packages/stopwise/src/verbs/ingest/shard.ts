import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, posix } from "node:path";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import { findLogs } from "@stopwise/readers";
import { writeRecords } from "@stopwise/store";
import { counted, print, printJson } from "../../command-line/output.ts";

/** One part of several that machines read apart: the i-th of n, from 1. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

/** The value of `--shard`. */
export function shard(text: string): Shard {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  const value = { part: Number(part), of: Number(of) };
  if (value.part >= 1 && value.part <= value.of) return value;
  throw new InvalidInputError(
    `--shard must be I/N with I from 1 to N, got ${text}.`,
    "For the first of four parts write 1/4.",
  );
}

/** Flags of a sharded ingest. */
export interface ShardFlags {
  readonly shard?: Shard;
  readonly to?: string;
  readonly json?: true;
  readonly dryRun?: true;
  readonly retrain?: true;
}

/** Flags that have no effect beside each other are refused. */
export function checkShardFlags(flags: ShardFlags): void {
  if ((flags.shard === undefined) !== (flags.to === undefined)) {
    throw new InvalidInputError(
      "--shard and --to belong together.",
      "Write --shard 1/4 --to parts, or leave both out.",
    );
  }
  const alone = flags.retrain === true && (flags.shard !== undefined || flags.dryRun === true);
  if (!alone) return;
  throw new InvalidInputError(
    `--retrain learns from a store, and ${flags.dryRun === true ? "--dry-run" : "--shard"} fills none.`,
    "Ingest the shards first: stopwise store copy FOLDER .stopwise, then stopwise retrain.",
  );
}

/** Whether a unit of logs belongs to a part: by a hash of its path, the same on every machine that names it so. */
function isOf({ part, of }: Shard, unit: string): boolean {
  return createHash("sha256").update(unit).digest().readUInt32BE(0) % of === part - 1;
}

/** Logs of one folder may be of one run, and stay together; a folder of many is a collection of runs, split by name. */
const mostOfRun = 50;

/** The logs of one part under the paths. */
export async function shardOf(paths: readonly string[], part: Shard): Promise<string[]> {
  const found = (await findLogs(paths)).map(({ path }) => path.replaceAll("\\", "/"));
  const sizes = new Map<string, number>();
  for (const path of found) sizes.set(posix.dirname(path), 1 + (sizes.get(posix.dirname(path)) ?? 0));
  const unitOf = (path: string): string => {
    const folder = posix.dirname(path);
    return sizes.get(folder)! > mostOfRun ? `${folder}/${posix.basename(path).split(".")[0]!}` : folder;
  };
  return found.filter((path) => isOf(part, unitOf(path)));
}

/** Writes a part's records to its own file; a part that is written again replaces it. */
export async function writeShard(records: readonly RunRecord[], flags: ShardFlags): Promise<void> {
  const { part, of } = flags.shard!;
  const width = String(of).length;
  mkdirSync(flags.to!, { recursive: true });
  const file = join(flags.to!, `shard-${String(part).padStart(width, "0")}-of-${of}.parquet`);
  const written = await writeRecords(file, records);
  if (flags.json === true) printJson({ file, written });
  else print(`${counted(written, "run")} written to ${file}`);
}
