/**
 * Decision quality of in-run criteria on groups that they have not seen.
 *
 *   tsx bench/learned.ts models ../shared/curves/finetune.jsonl.gz
 *   tsx bench/learned.ts models ../shared/curves/pretrain.jsonl.gz remaining-gain ridge-gain
 *   tsx bench/learned.ts across ../shared/curves/finetune.jsonl.gz ../shared/curves/finetune-recent.jsonl.gz
 *   tsx bench/learned.ts rows ../shared/curves/finetune.jsonl.gz
 *   tsx bench/learned.ts signals ../shared/curves/finetune.jsonl.gz
 *   tsx bench/learned.ts speed
 *
 * Every statistic comes from a fit without the run's group (folds of groups). `promise` fixes each run's threshold on
 * the groups of the other four folds; `frontier` chooses one on all the judged runs. Groups weigh 1. The referee
 * (`stopwise evaluate`) also repeats the fit inside each training part, at five times the cost.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { curveOf, groupOf, reachedPlan, runRecordSchema, type Curve, type Task } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import {
  calibrateThreshold,
  fitRemainingGain,
  fitRowsGain,
  outcomesOfThresholds,
  remainingGainDefaults,
  remainingGainLearner,
  ridgeGainLearner,
  riskOfThresholds,
  stopRowsOf,
  valueIterationLearner,
  type InRunLearner,
  type InRunTraining,
  type RemainingGainOptions,
  type StopRows,
  type ThresholdBound,
  type ThresholdSample,
} from "@stopwise/learners";
import { hindsight, observationAt } from "@stopwise/policies";

interface Runs extends Required<InRunTraining> {
  readonly groups: readonly string[];
}

const nFolds = 5;
const bounds: readonly ThresholdBound[] = [
  ...[0.0025, 0.005, 0.01, 0.02].map((maxEmLoss) => ({ kind: "mean", maxEmLoss }) as const),
  ...[0.05, 0.1, 0.2].map((alpha) => ({ kind: "tail", maxEmLoss: 0.01, alpha }) as const),
];

function read(path: string): Runs {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const runs = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => runRecordSchema.parse(JSON.parse(line)));
  return {
    curves: runs.map(curveOf),
    tasks: runs.map(taskOf),
    groups: runs.map(groupOf),
    complete: runs.map(reachedPlan),
  };
}

/** Folds by a hash of the group's name: the same for every learner. */
function foldOf(group: string): number {
  let hash = 7;
  for (const letter of group) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return (((hash ^ (hash >>> 15)) % nFolds) + nFolds) % nFolds;
}

interface Judged {
  readonly promise: { saving: number; risk: number }[];
  readonly frontier: number[];
}

/** Outcomes of a learner's held-out statistics on every complete run. */
function judge(runs: Runs, learner: InRunLearner, byRun: boolean): Judged {
  const { heldOut } = learner.fit(runs, { seed: 1 });
  const folds = runs.groups.map(foldOf);
  const unit = byRun ? runs.curves.map((_, run) => `${run}`) : runs.groups;
  const sampleWhere = (takes: (fold: number) => boolean): ThresholdSample => {
    const which = [...runs.complete.keys()].filter((run) => runs.complete[run]! && takes(folds[run]!));
    return {
      series: which.map((run) => heldOut[run]!),
      curves: which.map((run) => runs.curves[run]!),
      groups: which.map((run) => unit[run]!),
    };
  };
  const whole = sampleWhere(() => true);
  const sizeOf = ({ groups }: ThresholdSample): number => new Set(Array.from(groups)).size;
  const promise = bounds.map((bound) => {
    const sum = { saving: 0, risk: 0 };
    for (let fold = 0; fold < nFolds; fold++) {
      const judged = sampleWhere((own) => own === fold);
      const { threshold } = calibrateThreshold(
        sampleWhere((own) => own !== fold),
        bound,
      );
      if (threshold === Infinity || judged.curves.length === 0) continue;
      const share = sizeOf(judged) / sizeOf(whole);
      const { saving, risk } = riskOfThresholds(judged, Float64Array.of(threshold), bound);
      sum.saving += share * saving[0]!;
      sum.risk += share * risk[0]!;
    }
    return sum;
  });
  return { promise, frontier: bounds.map((bound) => calibrateThreshold(whole, bound).saving) };
}

/** Fits and fixes thresholds on some runs and judges others, of other groups. */
function judgeAcross(fit: Runs, judged: Runs, learner: InRunLearner): Judged {
  const { model, heldOut } = learner.fit(fit, { seed: 1 });
  const known = new Set(fit.groups);
  const sampleOf = (
    runs: Runs,
    series: readonly Float64Array[],
    takes: (run: number) => boolean,
  ): ThresholdSample => {
    const which = [...runs.complete.keys()].filter((run) => runs.complete[run]! && takes(run));
    return {
      series: which.map((run) => series[run]!),
      curves: which.map((run) => runs.curves[run]!),
      groups: which.map((run) => runs.groups[run]!),
    };
  };
  const own = sampleOf(fit, heldOut, () => true);
  const series = judged.curves.map((curve, run) => model.series(curve, judged.tasks[run]!));
  const others = sampleOf(judged, series, (run) => !known.has(judged.groups[run]!));
  const promise = bounds.map((bound) => {
    const { threshold } = calibrateThreshold(own, bound);
    if (threshold === Infinity) return { saving: 0, risk: 0 };
    const { saving, risk } = riskOfThresholds(others, Float64Array.of(threshold), bound);
    return { saving: saving[0]!, risk: risk[0]! };
  });
  return { promise, frontier: bounds.map((bound) => calibrateThreshold(others, bound).saving) };
}

/** What thresholds that were fixed on rows of packs do to rows, and to whole curves, of other groups. */
function rowsAgainstCurves(runs: Runs): void {
  const kind = runs.curves[0]!.kind;
  const isFit = runs.groups.map((group) => foldOf(group) < 3);
  const pick = (wanted: boolean): number[] =>
    [...runs.groups.keys()].filter((run) => isFit[run] === wanted && (wanted || runs.complete[run]!));
  const rowsFor = (which: readonly number[]): StopRows =>
    stopRowsOf(
      which.map((run) => runs.curves[run]!),
      which.map((run) => runs.tasks[run]!),
    );
  const [fit, judged] = [pick(true), pick(false)];
  const rows = rowsFor(fit);
  const { model, heldOut } = fitRowsGain(
    { kind, rows, groups: fit.map((run) => runs.groups[run]!) },
    { seed: 1 },
  );
  const weightsOf = (which: readonly number[]): Float64Array => {
    const size = new Map<string, number>();
    for (const run of which) size.set(runs.groups[run]!, (size.get(runs.groups[run]!) ?? 0) + 1);
    return Float64Array.from(which, (run) => 1 / (size.size * size.get(runs.groups[run]!)!));
  };
  const grid = heldOut.filter((z) => Number.isFinite(z)).sort();
  const thresholds = Float64Array.from({ length: 300 }, (_, k) => grid[Math.floor((k * grid.length) / 300)]!);
  const mean = (cells: Float32Array, which: readonly number[], k: number, clip = 0.2): number =>
    weightsOf(which).reduce(
      (sum, weight, run) => sum + weight * Math.min(clip, cells[run * thresholds.length + k]!),
      0,
    );
  const own = outcomesOfThresholds(rows, heldOut, thresholds);
  const other = rowsFor(judged);
  const byRows = outcomesOfThresholds(other, model.statistics(other.features, kind), thresholds);
  const curves = {
    series: judged.map((run) => model.series(runs.curves[run]!, runs.tasks[run]!)),
    curves: judged.map((run) => runs.curves[run]!),
    groups: judged.map((run) => runs.groups[run]!),
  };
  console.log("| promise | saved, lost on rows | saved, lost on whole curves |\n|---|---|---|");
  for (const bound of [0.0025, 0.005, 0.01, 0.02]) {
    const k = thresholds.findIndex((_, at) => mean(own.loss, fit, at) <= bound);
    const whole = riskOfThresholds(curves, Float64Array.of(thresholds[k]!), { kind: "mean", maxEmLoss: 0 });
    console.log(
      `| mean ${100 * bound} | ${mean(byRows.saving, judged, k, 1).toFixed(3)}, ${(100 * mean(byRows.loss, judged, k)).toFixed(2)} | ${whole.saving[0]!.toFixed(3)}, ${(100 * whole.risk[0]!).toFixed(2)} |`,
    );
  }
}

function print(name: string, { promise, frontier }: Judged): void {
  const cells = promise.map(
    ({ saving, risk }, k) =>
      `${saving.toFixed(3)} @ ${(100 * risk).toFixed(bounds[k]!.kind === "mean" ? 2 : 1)} (${frontier[k]!.toFixed(3)})`,
  );
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

function header(runs: Runs): void {
  const names = bounds.map((bound) =>
    bound.kind === "mean" ? `mean ${100 * bound.maxEmLoss}` : `tail ${100 * bound.alpha} %`,
  );
  console.log(`${runs.curves.length} runs, ${new Set(runs.groups).size} groups`);
  console.log("promise: saved @ points lost or % violations (frontier: saved)");
  console.log(`| | ${names.join(" | ")} |\n|---|${bounds.map(() => "---").join("|")}|`);
}

function hindsightLine(runs: Runs): void {
  const which = [...runs.complete.keys()].filter((run) => runs.complete[run]!);
  const groups = which.map((run) => runs.groups[run]!);
  const curves = which.map((run) => runs.curves[run]!);
  const size = new Map<string, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  const weights = groups.map((group) => 1 / size.get(group)!);
  const cells = bounds.map((bound) =>
    bound.kind === "mean"
      ? hindsight(curves, { weights, maxMeanLoss: bound.maxEmLoss }).saving.toFixed(3)
      : "",
  );
  console.log(`| hindsight | ${cells.join(" | ")} |`);
}

const withOptions = (name: string, options: Partial<RemainingGainOptions>): InRunLearner => ({
  name,
  fit: (training, { seed }) => fitRemainingGain(training, { ...options, seed }),
});
const quantile = (level: number) => ({ quantile: level });

const models: readonly InRunLearner[] = [
  remainingGainLearner,
  withOptions("no guard at the floor", { floor: -Infinity }),
  withOptions("mean only", { losses: ["squared"] }),
  withOptions("0.8 quantile only", { losses: [quantile(0.8)] }),
  withOptions("gain, not its root", { losses: ["squared"], scale: "linear" }),
  withOptions("groups weigh 1", { groupPower: 1 }),
  withOptions("runs weigh 1", { groupPower: 0 }),
  withOptions("400 trees at 0.03", {
    boosting: { ...remainingGainDefaults.boosting, trees: 400, learningRate: 0.03 },
  }),
  ridgeGainLearner,
  valueIterationLearner,
];

const missing = (series: Float64Array): Float64Array => series.map(() => Number.NaN);
const withoutTask = (task: Task): Task => ({ metricClass: task.metricClass });
const withoutPlan = (task: Task): Task => ({
  ...task,
  maxSteps: null,
  maxTokens: null,
  epochs: null,
  evals: null,
});
const unplanned = (curve: Curve): Curve => ({ ...curve, plannedSteps: Number.NaN, plannedCost: Number.NaN });

/** What is taken away from every run, when fitting and when judging. */
const ablations: readonly (readonly [string, (curve: Curve, task: Task) => [Curve, Task]])[] = [
  ["everything", (curve, task) => [curve, task]],
  ["no plan", (curve, task) => [unplanned(curve), withoutPlan(task)]],
  ["no eval loss", (curve, task) => [{ ...curve, evalLoss: missing(curve.evalLoss) }, task]],
  ["no train loss", (curve, task) => [{ ...curve, trainLoss: missing(curve.trainLoss) }, task]],
  [
    "no task but the plan",
    (curve, task) => [curve, { ...withoutTask(task), maxSteps: task.maxSteps, epochs: task.epochs }],
  ],
  [
    "the score alone",
    (curve, task) => [
      {
        ...unplanned(curve),
        ...Object.fromEntries(
          (["evalLoss", "trainLoss", "gradNorm", "learningRate", "epoch"] as const).map((name) => [
            name,
            missing(curve[name]),
          ]),
        ),
      },
      withoutTask(task),
    ],
  ],
];

function speed(): void {
  const random = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1;
  const nRuns = 10_000;
  const curves = Array.from({ length: nRuns }, (_, run) => {
    const rate = 1 + 20 * random(run);
    const points = Array.from({ length: 100 }, (_point, k) => ({
      step: k + 1,
      quality:
        Math.round(1000 * 0.8 * (1 - Math.exp((-rate * k) / 100)) * (0.98 + 0.02 * random(run * 100 + k))) /
        1000,
      evalLoss: 3 - 2 * (1 - Math.exp((-rate * k) / 100)),
    }));
    return curveOf(
      runRecordSchema.parse({ id: `${run}`, group: `${run % 500}`, metric: "em", plannedSteps: 100, points }),
    );
  });
  const started = process.cpuUsage().user;
  const { model } = fitRemainingGain(
    { curves, tasks: curves.map(() => ({})), groups: curves.map((curve) => curve.group) },
    { seed: 1 },
  );
  console.log(
    `fit and hold out, 10,000 runs x 100: ${((process.cpuUsage().user - started) / 1e6).toFixed(1)} s of processor`,
  );
  console.log(
    `model: ${model.toBytes().length} bytes, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`,
  );
  const times: number[] = [];
  for (let run = 0; run < 100; run++) {
    const criterion = model.criterion({ planned: { steps: 100 } });
    for (let k = 0; k < 100; k++) {
      const observation = observationAt(curves[run]!, k);
      const before = process.hrtime.bigint();
      criterion.observe(observation);
      times.push(Number(process.hrtime.bigint() - before) / 1000);
    }
  }
  times.sort((a, b) => a - b);
  console.log(`live decision: median ${times[5000]!.toFixed(1)} us, p99 ${times[9900]!.toFixed(1)} us`);
}

const [mode, path, ...only] = process.argv.slice(2);
const asked = (name: string): boolean => only.length === 0 || only.includes(name);
if (mode === "speed") speed();
else if (mode === "rows" && path !== undefined) rowsAgainstCurves(read(path));
else if (mode === "across" && path !== undefined && only[0] !== undefined) {
  const [fit, judged] = [read(path), read(only[0])];
  header(judged);
  print("with the guard at the floor", judgeAcross(fit, judged, remainingGainLearner));
  print("without it", judgeAcross(fit, judged, withOptions("no floor", { floor: -Infinity })));
} else if ((mode === "models" || mode === "signals") && path !== undefined) {
  const runs = read(path);
  header(runs);
  hindsightLine(runs);
  if (mode === "models") {
    for (const learner of models) if (asked(learner.name)) print(learner.name, judge(runs, learner, false));
    if (asked("runs")) print("remaining-gain, runs weigh 1", judge(runs, remainingGainLearner, true));
  } else {
    for (const [name, take] of ablations) {
      if (!asked(name)) continue;
      const pairs = runs.curves.map((curve, run) => take(curve, runs.tasks[run]!));
      const reduced = {
        ...runs,
        curves: pairs.map(([curve]) => curve),
        tasks: pairs.map(([, task]) => task),
      };
      print(name, judge(reduced, remainingGainLearner, false));
    }
  }
} else {
  console.error("usage: tsx bench/learned.ts models|signals|rows FILE, across FIT JUDGE, or speed");
  process.exitCode = 2;
}
