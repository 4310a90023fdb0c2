// Decision quality on run-record files: `tsx bench/decision-quality.ts ../shared/curves/finetune.jsonl.gz [--test FILE]`.
// Prints the main rows of the referee as a table, whole sources left out with `--folds source`; `--coverage` measures the
// coverage of certificates instead, `--few-shot` what the first own runs of a task bring (`--own` how they are used).
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { groupOf, reachedPlan, type RunRecord } from "@stopwise/core";
import {
  coverageOf,
  evaluate,
  fewShot,
  fewShotBounds,
  type CoverageRow,
  type EvaluateRow,
  type OwnRunsUse,
} from "@stopwise/referee";
import { groupsNeeded, type Bound } from "@stopwise/meta-model";
import { runRecords } from "./run-records.ts";

const boundName = ({ bound }: Pick<EvaluateRow, "bound">): string =>
  bound.kind === "mean"
    ? `mean ${100 * bound.maxEmLoss}`
    : `tail ${100 * bound.maxEmLoss} @ ${bound.alpha ?? 0}`;

function printRows(rows: readonly EvaluateRow[]): void {
  console.log(
    "| bound (points) | method | selection | saved | 95 % interval | points lost | over bound | of hindsight | held |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const row of rows) {
    const cells = [
      boundName(row),
      row.method,
      row.selection,
      row.meanSaving.toFixed(3),
      `${row.low.toFixed(2)} to ${row.high.toFixed(2)}`,
      (100 * row.meanEmLoss).toFixed(2),
      row.shareOverBound.toFixed(3),
      row.shareOfHindsight?.toFixed(2) ?? "",
      row.held ? "yes" : "no",
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

const coverageBounds: readonly Bound[] = [
  ...[0.005, 0.01, 0.02].flatMap((maxEmLoss) =>
    [0.05, 0.1, 0.2].map((alpha): Bound => ({ kind: "tail", maxEmLoss, alpha })),
  ),
  ...[0.005, 0.01, 0.02].map((maxEmLoss): Bound => ({ kind: "mean", maxEmLoss })),
];

/** Bounds for which half of the groups calibrate twice over: 2 / alpha groups for a tail, 2 B / bound for a mean. */
function boundsWithGroups(nGroups: number): Bound[] {
  return coverageBounds.filter((bound) => Math.floor(nGroups / 2) >= 2 * (groupsNeeded(bound) + 1));
}

function printCoverage(runs: readonly RunRecord[], seed: number): void {
  const nGroups = new Set(runs.filter(reachedPlan).map(groupOf)).size;
  const bounds = boundsWithGroups(nGroups);
  console.log(
    `${runs.length} runs, ${nGroups} groups; ${coverageBounds.length - bounds.length} of ${coverageBounds.length} bounds have too few groups\n`,
  );
  console.log(
    "| method | bound | level | trials | risk | exact p | saved, certified | saved, promised | cost | promise's risk | any stopping | calibration groups |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  const onRow = ({ method, bound, coverage }: CoverageRow): void => {
    const cells = [
      method,
      `${bound.kind} ${100 * bound.maxEmLoss}`,
      coverage.level,
      coverage.trials,
      coverage.risk.toFixed(4),
      coverage.pValue.toFixed(3),
      coverage.meanSaving.toFixed(3),
      coverage.promise.saving.toFixed(3),
      (coverage.promise.saving - coverage.meanSaving).toFixed(3),
      coverage.promise.risk.toFixed(4),
      coverage.shareStopping.toFixed(2),
      coverage.nCalibrationGroups,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  };
  coverageOf(runs, { bounds, seed, nParts: 5, nPermutations: 400, onRow });
}

/** What `--own` names: `weight-10`, `outcomes-1`, `residuals-0.3`, ... */
function useOf(name: string): OwnRunsUse {
  const [kind, number] = name.split("-");
  if (kind === "weight") return { kind, groups: Number(number) };
  if (kind === "outcomes" || kind === "residuals") return { kind, scale: Number(number) };
  throw new Error(`--own is weight-GROUPS, outcomes-SCALE or residuals-SCALE, got ${name}.`);
}

function printFewShot(
  runs: readonly RunRecord[],
  { seed, own, draws }: { seed: number; own: string; draws: number },
): void {
  console.log(
    "| bound | tasks with | method | own runs | their share | saved | 95 % | gain | 95 % | points lost | over bound | tasks | runs |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const point of fewShot(runs, { bounds: fewShotBounds, seed, draws, use: useOf(own) })) {
    const cells = [
      boundName(point),
      `${point.cohort}`,
      point.method,
      point.ownRuns,
      point.ownShare.toFixed(2),
      point.meanSaving.toFixed(3),
      `${point.low.toFixed(2)} to ${point.high.toFixed(2)}`,
      point.gain.mean.toFixed(3),
      `${point.gain.low.toFixed(3)} to ${point.gain.high.toFixed(3)}`,
      (100 * point.meanEmLoss).toFixed(2),
      point.shareOverBound.toFixed(3),
      point.nGroups,
      point.nRuns,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    test: { type: "string" },
    coverage: { type: "boolean", default: false },
    "few-shot": { type: "boolean", default: false },
    own: { type: "string", default: "weight-10" },
    draws: { type: "string", default: "1" },
    class: { type: "string", default: "all" },
    weighting: { type: "string", default: "group" },
    folds: { type: "string", default: "group" },
    every: { type: "string", default: "1" },
    "start-only": { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
  },
});
const file = positionals[0];
if (file === undefined) throw new Error("Name a run-record file.");
// --every 3 takes every third run: all groups, a shorter wait.
const runs = runRecords(file, Number(values.every));
const seed = Number(values.seed);
if (values.coverage) printCoverage(runs, seed);
else if (values["few-shot"]) printFewShot(runs, { seed, own: values.own, draws: Number(values.draws) });
else {
  const started = process.cpuUsage();
  const test = values.test === undefined ? {} : { test: runRecords(values.test) };
  const report = evaluate(runs, {
    data: basename(file),
    seed,
    foldUnit: values.folds === "source" ? "source" : "group",
    ...test,
    ...(values["start-only"] ? { learners: {} } : {}),
  });
  const { user } = process.cpuUsage(started);
  console.log(
    `${report.data}: ${report.nRuns} runs, ${report.nGroups} groups judged; ${(user / 1e6).toFixed(0)} s of one core\n`,
  );
  printRows(
    report.rows.filter((row) => row.metricClass === values.class && row.weighting === values.weighting),
  );
}
