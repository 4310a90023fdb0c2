import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import { readLogs, recordsOf } from "@stopwise/readers";

/** The sweep that ships with the package, one folder above the built file. */
const sweep = new URL("../datasets/qa-sweep.jsonl.gz", import.meta.url);

/**
 * The runs that ship with the package; `undefined` where this copy has none.
 */
export async function shippedRuns(): Promise<RunRecord[] | undefined> {
  const file = fileURLToPath(sweep);
  return existsSync(file) ? recordsOf(await readLogs([file])) : undefined;
}

/**
 * The runs that ship with the package.
 *
 * @throws {InvalidInputError} when this copy has none
 */
export async function requireShippedRuns(): Promise<RunRecord[]> {
  const runs = await shippedRuns();
  if (runs !== undefined) return runs;
  throw new InvalidInputError(
    "this copy of stopwise has no shipped sweep.",
    "Build the package from a full checkout.",
  );
}
