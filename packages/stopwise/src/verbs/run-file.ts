import { InvalidInputError, type RunRecord } from "@stopwise/core";
import { readLogs, recordsOf } from "@stopwise/readers";
import { counted, note } from "../command-line/output.ts";

/**
 * The runs of a file (run records, plain or gzipped) or of any log or folder of logs. What could not be read is
 * named on stderr.
 *
 * @throws {InvalidInputError} when it holds no run
 */
export async function readRunFile(path: string): Promise<RunRecord[]> {
  const report = await readLogs([path]);
  const runs = recordsOf(report);
  const failed = report.files.filter(({ status }) => status === "failed");
  if (runs.length > 0) {
    for (const { reason } of failed.slice(0, 3)) note(`stopwise: ${reason ?? "a file could not be read"}`);
    if (failed.length > 3) note(`stopwise: ${counted(failed.length, "file")} could not be read`);
    return runs;
  }
  const reason = failed[0]?.reason ?? report.files[0]?.reason;
  throw new InvalidInputError(
    reason ?? `${path} holds no run.`,
    reason === undefined ? "Name a run-record file, or a folder with run logs." : "",
  );
}
