import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema, type RunRecord } from "@stopwise/core";

/** The runs of a file of run records, plain or gzipped; with `every` 3 each third run, from the first. */
export function runRecords(file: string, every = 1): RunRecord[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return text
    .trim()
    .split("\n")
    .filter((_, index) => index % every === 0)
    .map((line) => runRecordSchema.parse(JSON.parse(line)));
}
