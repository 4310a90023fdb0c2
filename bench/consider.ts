// How well less data and regularisation are predicted on tasks that were left out: tsx bench/consider.ts [RUNS.jsonl.gz]
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { taskFeatures, taskOf } from "@stopwise/features";
import { trainModel } from "@stopwise/meta-model";
import {
  changeOfCut,
  changeOn,
  dataContrasts,
  fitLaws,
  PastCurves,
  settingContrasts,
  type Basis,
  type Change,
  type DataContrast,
  type KeptPlan,
  type Laws,
  type SettingContrast,
} from "@stopwise/meta-model/task-changes";

const file = process.argv[2] ?? new URL("../datasets/qa-sweep.jsonl.gz", import.meta.url);
const bound = 0.01;
const runs = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => runRecordSchema.parse(JSON.parse(line)));

/** A held-out contrast with its prediction. */
interface Judged {
  readonly group: string;
  readonly row: string;
  readonly truth: number;
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);

/** Mean over groups of the mean within each: every task weighs 1. */
function groupMean<T extends { readonly group: string }>(
  items: readonly T[],
  of: (item: T) => number,
): number {
  const byGroup = new Map<string, T[]>();
  for (const item of items) byGroup.set(item.group, [...(byGroup.get(item.group) ?? []), item]);
  return mean([...byGroup.values()].map((members) => mean(members.map(of))));
}

// Past runs as a recommendation sees them: those that the start of the run is predicted from.
const start = [...trainModel(runs, { startOnly: true }).populations.values()].find(
  ({ header }) => header.kind === "quality",
)!.start;
const byId = new Map(runs.map((run) => [run.id, run]));
const nearRuns = start.fit.ids.map((id) => byId.get(id)!);
const known = new Set(nearRuns);
const kept = [...nearRuns, ...runs.filter((run) => run.kind === "quality" && !known.has(run))];
const training = {
  curves: PastCurves.of(kept),
  ids: kept.map(({ id }) => id),
  near: (run: RunRecord) => start.predict(taskFeatures(taskOf(run))).neighbours,
};
type Contrast = DataContrast | SettingContrast;
const contrasts = [...dataContrasts(runs), ...settingContrasts(runs)];
const groups = [...new Set(contrasts.map(({ group }) => group))];

// The laws without each task: its runs are not learned from, its curves only witness where they are asked as its own.
const lawsWithout = new Map<string, Laws>();
groups.forEach((group, k) => {
  if (process.stderr.isTTY) process.stderr.write(`\rwithout ${k + 1} of ${groups.length} tasks `);
  lawsWithout.set(
    group,
    fitLaws(
      runs.filter((run) => run.group !== group),
      training,
    ),
  );
});

const ratios = [0.5, 0.3, 0.1, 0.03, 0.01];
const nearestRatio = (ratio: number): number =>
  ratios.reduce((a, b) => (Math.abs(Math.log(b / ratio)) < Math.abs(Math.log(a / ratio)) ? b : a));
const rowOf = (it: Contrast): string =>
  "plan" in it ? `to ${nearestRatio(it.ratio)}` : `${it.setting} ${it.fromLevel} -> ${it.toLevel}`;

/** A contrast as the laws without its task and the given witnesses tell it. */
function judge(it: Contrast, basis: Basis): Judged[] {
  const laws = lawsWithout.get(it.group)!;
  const effect = (known: Laws["settings"][number]): boolean =>
    "setting" in it && known.setting === it.setting && known.from === it.fromLevel && known.to === it.toLevel;
  const change: Change | undefined =
    "plan" in it
      ? laws.data && !Number.isNaN(it.passes)
        ? changeOfCut(laws.data, it)
        : undefined
      : laws.settings.filter(effect).map(({ shift }) => ({ share: 1, shift }))[0];
  const intervals = "plan" in it ? laws.data?.intervals[it.plan] : laws.settings.find(effect)?.intervals;
  const interval = intervals?.[basis];
  const { curves, ids, near } = training;
  const witnesses =
    basis === "own"
      ? curves.own(it.group, taskOf(it.from), (run) => it.others.has(ids[run]!))
      : curves.among(near(it.from), it.group);
  if (change === undefined || interval === undefined || witnesses === undefined) return [];
  const predicted = changeOn(curves, witnesses, change);
  if (Number.isNaN(predicted)) return [];
  const unit = "plan" in it ? -Math.log(it.ratio) : 1;
  const [low, high] = [predicted + unit * interval.low, predicted + unit * interval.high];
  return [{ group: it.group, row: rowOf(it), truth: it.change, predicted, low, high, level: interval.level }];
}

const points = (value: number): string => (100 * value).toFixed(1);

function printErrors(title: string, judged: readonly Judged[]): void {
  if (judged.length === 0) return;
  const otherMean = (it: Judged): number =>
    groupMean(
      judged.filter((other) => other.row === it.row && other.group !== it.group),
      (other) => other.truth,
    );
  const withMean = judged.map((it) => ({ ...it, others: otherMean(it) }));
  const root = (own: typeof withMean, guess: (it: (typeof withMean)[number]) => number): string =>
    points(Math.sqrt(groupMean(own, (it) => (it.truth - guess(it)) ** 2)));
  console.log(
    `\n${title}: root mean square error of the EM change, points, each task left out and counting 1`,
  );
  console.table(
    [...new Set(judged.map((it) => it.row)), "all"].map((row) => {
      const own = withMean.filter((it) => row === "all" || it.row === row);
      return {
        row,
        tasks: new Set(own.map((it) => it.group)).size,
        pairs: own.length,
        "mean change": points(groupMean(own, (it) => it.truth)),
        predicted: root(own, (it) => it.predicted),
        "no change": root(own, () => 0),
        "mean of other tasks": root(own, (it) => it.others),
        "absolute error": points(groupMean(own, (it) => Math.abs(it.truth - it.predicted))),
        "of no change": points(groupMean(own, (it) => Math.abs(it.truth))),
        "covered %": points(groupMean(own, (it) => (it.truth >= it.low && it.truth <= it.high ? 1 : 0))),
        "promised %": points(mean(own.map((it) => it.level))),
        width: points(groupMean(own, (it) => it.high - it.low)),
      };
    }),
  );
}

/** Chooses the smallest fraction that a rule admits for a task and full size; its change judges it. */
function printDecisions(plan: KeptPlan): void {
  const own = contrasts.filter((it): it is DataContrast => "plan" in it && it.plan === plan);
  const told = (it: DataContrast, basis: Basis): Judged | undefined => judge(it, basis)[0];
  const rules: Record<string, (it: DataContrast) => boolean> = {
    "always full": () => false,
    "own runs, mean within the bound": (it) => (told(it, "own")?.predicted ?? -1) >= -bound,
    "own runs, range within the bound": (it) => (told(it, "own")?.low ?? -1) >= -bound,
    "other tasks, mean within the bound": (it) => (told(it, "near")?.predicted ?? -1) >= -bound,
    hindsight: (it) => it.change >= -bound,
  };
  const starts = [...new Set(own.map((it) => JSON.stringify([it.group, it.from.model, it.size])))];
  console.log(
    `\nSmallest dataset fraction under a bound of 1 point, ${plan} kept; each task, model and size 1`,
  );
  console.table(
    Object.entries(rules).map(([rule, admits]) => {
      const decisions = starts.map((key) => {
        const [group, model, size] = JSON.parse(key) as [string, string, number];
        const options = own.filter(
          (it) => it.group === group && it.from.model === model && it.size === size && admits(it),
        );
        const least = Math.min(1, ...options.map(({ ratio }) => ratio));
        const losses = options.filter(({ ratio }) => ratio === least).map((it) => Math.max(0, -it.change));
        return { group, data: 1 - least, loss: losses.length === 0 ? 0 : mean(losses) };
      });
      return {
        rule,
        "data saved %": points(groupMean(decisions, (it) => it.data)),
        "EM loss, points": points(groupMean(decisions, (it) => it.loss)),
        "over the bound %": points(groupMean(decisions, (it) => (it.loss > bound + 1e-9 ? 1 : 0))),
      };
    }),
  );
}

const { data, settings } = fitLaws(runs, training);
console.log(
  data === undefined
    ? "no task was trained on several sizes"
    : `exponent ${data.exponent}, ${data.repeats} passes, ${data.sizes[0]} to ${data.sizes[1]} examples`,
);
console.log(
  settings.map(({ setting, from, to, shift }) => `${setting} ${from} -> ${to}: ${shift}`).join("; "),
);
for (const plan of ["epochs", "steps"] as const) {
  for (const basis of ["own", "near"] as const) {
    const chosen = contrasts.filter((it) => "plan" in it && it.plan === plan);
    const title = `Dataset fraction, ${plan} kept, ${basis === "own" ? "own runs of the task" : "other tasks"}`;
    printErrors(
      title,
      chosen.flatMap((it) => judge(it, basis)),
    );
  }
  printDecisions(plan);
}
for (const basis of ["own", "near"] as const) {
  const chosen = contrasts.filter((it) => "setting" in it);
  printErrors(
    `Regularisation, ${basis === "own" ? "own runs of the task" : "other tasks"}`,
    chosen.flatMap((it) => judge(it, basis)),
  );
}
