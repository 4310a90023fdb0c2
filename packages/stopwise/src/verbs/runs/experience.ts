import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { populationOf, regimeOf, toldGroupOf, type RunRecord } from "@stopwise/core";
import { experienceGrid, packExperience, pastOf, unnamed, type PastRun } from "@stopwise/meta-model";
import { counted, print, printJson } from "../../command-line/output.ts";
import { renderTable } from "../../command-line/table.ts";
import { readPack } from "../../retraining/experience-files.ts";

interface Flags {
  readonly json?: true;
  readonly anonymous?: true;
}

/** Writes what runs teach as an experience pack. */
export function exportExperience(file: string, runs: readonly RunRecord[], flags: Flags): void {
  const name = basename(file).replace(/\.experience$/, "");
  const whole = pastOf(runs, experienceGrid());
  const past = flags.anonymous === true ? unnamed(whole, { name }) : whole;
  const bytes = packExperience(past, name);
  writeFileSync(file, bytes);
  const nUntold = runs.filter((run) => toldGroupOf(run) === undefined).length;
  if (flags.json === true) {
    printJson({ file, exported: past.runs.length, nBytes: bytes.length, nUntold });
    return;
  }
  const left = runs.length - past.runs.length;
  print(
    `${counted(past.runs.length, "run")} written to ${file}, ${bytes.length} bytes, without their curves.`,
  );
  if (left > 0)
    print(`${counted(left, "run")} left out: without two evaluations nothing can be learned of them.`);
  if (nUntold > 0)
    print(
      `${counted(nUntold, "run")} without a group certify nothing: tell it with --group or in stopwise.yaml.`,
    );
}

function countsOf(runs: readonly PastRun[], nameOf: (run: PastRun) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const run of runs) counts[nameOf(run)] = (counts[nameOf(run)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** Shows what a pack holds. */
export function showPack(file: string, asJson: boolean): void {
  const { header, past, hash } = readPack(file);
  const held = {
    populations: countsOf(past.runs, ({ task, kind }) => populationOf(regimeOf(task).regime, kind)),
    families: countsOf(past.runs, ({ task }) => task.family ?? "unknown"),
    metrics: countsOf(past.runs, ({ task }) => task.metric ?? "unknown"),
    licences: countsOf(past.runs, ({ license }) => license ?? "none told"),
    sources: countsOf(past.runs, ({ source }) => source ?? "not named"),
  };
  const { name, nRuns, nGroups } = header;
  if (asJson) {
    printJson({ name, hash, nRuns, nGroups, ...held });
    return;
  }
  print(`${name}: ${counted(nRuns, "run")} in ${counted(nGroups, "group")} (${hash.slice(0, 19)})`);
  for (const [title, counts] of Object.entries(held)) {
    const rows = Object.entries(counts).slice(0, 10);
    print(
      `\n${renderTable(rows, [
        { title, value: ([key]) => key, maxWidth: 50 },
        { title: "runs", value: ([, count]) => count, align: "right" },
      ])}`,
    );
  }
}
