import { counted } from "../../command-line/output.ts";
import { printable } from "../../command-line/printable.ts";

const barWidth = 20;

/** How far an ingest is. */
export interface IngestProgress {
  readonly nFiles: number;
  /** Unknown while the folders are walked. */
  readonly total: number | undefined;
  readonly path: string;
}

/** One line on how far an ingest is: files looked at while the folders are walked, then a bar. */
export function progressLine({ nFiles, total, path }: IngestProgress): string {
  if (total === undefined) return `looking: ${counted(nFiles, "file")}, ${printable(path)}`;
  const filled = total === 0 ? barWidth : Math.floor((barWidth * nFiles) / total);
  const bar = "#".repeat(filled).padEnd(barWidth, ".");
  return `reading: [${bar}] ${nFiles.toLocaleString("en-US")} of ${counted(total, "log")}, ${printable(path)}`;
}
