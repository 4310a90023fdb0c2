// What each estimator, group of task features and predicted target brings to a recommendation at the start of a run:
// `tsx bench/ablation.ts ../shared/curves/finetune.jsonl.gz [--every 4]`.
import { parseArgs } from "node:util";
import { ablation, type AblationRow } from "@stopwise/referee";
import { type Bound } from "@stopwise/meta-model";
import { runRecords } from "./run-records.ts";

const bounds: readonly Bound[] = [
  { kind: "mean", maxEmLoss: 0.005 },
  { kind: "mean", maxEmLoss: 0.01 },
  { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
];

const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(2)}`;

function cell({ bound, meanSaving, risk, gain }: AblationRow): string {
  const lost = bound.kind === "mean" ? (100 * risk).toFixed(2) : `${(100 * risk).toFixed(1)} %`;
  const against = `${signed(gain.mean)}, ${signed(gain.low)} to ${signed(gain.high)}`;
  return `${meanSaving.toFixed(3)} @ ${lost} (${against})`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: "string", default: "1" }, seed: { type: "string", default: "1" } },
});
const file = positionals[0];
if (file === undefined) throw new Error("Name a run-record file.");
const runs = runRecords(file, Number(values.every));
const titles = bounds.map(({ kind, maxEmLoss, alpha }) =>
  kind === "mean" ? `mean ${100 * maxEmLoss}` : `tail ${100 * maxEmLoss} @ ${alpha ?? 0}`,
);
console.log(`${runs.length} runs; saved @ points lost or share over (gain over kernel, paired 95 %)\n`);
console.log(`| part | variant | ${titles.join(" | ")} |`);
console.log(`| --- | --- |${titles.map(() => " --- |").join("")}`);
let cells: string[] = [];
const started = process.cpuUsage();
ablation(runs, {
  seed: Number(values.seed),
  bounds,
  onRow(row) {
    cells.push(cell(row));
    if (cells.length < bounds.length) return;
    console.log(`| ${row.part} | ${row.variant} | ${cells.join(" | ")} |`);
    cells = [];
  },
});
console.log(`\n${(process.cpuUsage(started).user / 1e6).toFixed(0)} s of one core`);
