// How well less data and regularisation are predicted on tasks that were left out: tsx bench/consider.ts [RUNS.jsonl.gz]
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema } from "@stopwise/core";
import {
  dataContrasts,
  fitDataLaw,
  fitSettingEffects,
  predictedChange,
  settingContrasts,
  type DataContrast,
  type KeptPlan,
} from "@stopwise/meta-model/considering";

const file = process.argv[2] ?? new URL("../datasets/qa-sweep.jsonl.gz", import.meta.url);
const bound = 0.01;
const runs = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => runRecordSchema.parse(JSON.parse(line)));

/** A held-out contrast with its prediction and what the naive baseline says. */
interface Judged {
  readonly group: string;
  readonly row: string;
  readonly truth: number;
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Mean change of the other tasks in the same row. */
  readonly meanChange: number;
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

const ratios = [0.5, 0.3, 0.1, 0.03, 0.01];
const rowOf = ({ ratio }: DataContrast): string =>
  `${ratios.reduce((a, b) => (Math.abs(Math.log(b / ratio)) < Math.abs(Math.log(a / ratio)) ? b : a))}`;

function judgeData(contrasts: readonly DataContrast[]): Judged[] {
  return [...new Set(contrasts.map((it) => it.group))].flatMap((group) => {
    const others = contrasts.filter((it) => it.group !== group);
    const law = fitDataLaw(others);
    if (law === undefined) return [];
    return contrasts
      .filter((it) => it.group === group)
      .map((it) => {
        const { mean: predicted, low, high, level } = predictedChange(law, it);
        const alike = others.filter((other) => rowOf(other) === rowOf(it));
        const meanChange = groupMean(alike, (other) => other.change);
        return { group, row: rowOf(it), truth: it.change, predicted, low, high, level, meanChange };
      });
  });
}

function judgeSettings(): Judged[] {
  const levels: readonly (number | string)[] = [0, 0.01, 0.1, 0.2, 0.3, "none", "batch", "layer"];
  // Each pair counts once, from the lower or the earlier level.
  const contrasts = settingContrasts(runs).filter(
    ({ from, to }) => levels.indexOf(from) < levels.indexOf(to),
  );
  return [...new Set(contrasts.map((it) => it.group))].flatMap((group) => {
    const others = contrasts.filter((it) => it.group !== group);
    const effects = fitSettingEffects(others);
    return contrasts
      .filter((it) => it.group === group)
      .flatMap(({ setting, from, to, change }) => {
        const same = (it: { setting: string; from: unknown; to: unknown }): boolean =>
          it.setting === setting && it.from === from && it.to === to;
        const effect = effects.find(same);
        if (effect === undefined) return [];
        return [
          {
            group,
            row: `${setting} ${from} -> ${to}`,
            truth: change,
            predicted: effect.mean,
            low: effect.low,
            high: effect.high,
            level: effect.level,
            meanChange: groupMean(others.filter(same), (it) => it.change),
          },
        ];
      });
  });
}

const points = (value: number): string => (100 * value).toFixed(1);

function printErrors(title: string, judged: readonly Judged[]): void {
  const rows = [...new Set(judged.map((it) => it.row)), "all"];
  console.log(`\n${title}: mean absolute error of the predicted EM change, points, each task left out`);
  console.table(
    rows.map((row) => {
      const own = judged.filter((it) => row === "all" || it.row === row);
      return {
        row,
        tasks: new Set(own.map((it) => it.group)).size,
        pairs: own.length,
        "mean change": points(groupMean(own, (it) => it.truth)),
        predicted: points(groupMean(own, (it) => Math.abs(it.truth - it.predicted))),
        "no change": points(groupMean(own, (it) => Math.abs(it.truth))),
        "change of other tasks": points(groupMean(own, (it) => Math.abs(it.truth - it.meanChange))),
        "covered %": points(groupMean(own, (it) => (it.truth >= it.low && it.truth <= it.high ? 1 : 0))),
        "promised %": points(mean(own.map((it) => it.level))),
        width: points(groupMean(own, (it) => it.high - it.low)),
      };
    }),
  );
}

/** Chooses the smallest fraction that is predicted to keep the bound; the rest of the task's own runs judge it. */
function printDecisions(plan: KeptPlan, contrasts: readonly DataContrast[]): void {
  const rules = {
    "always full": () => false,
    "mean within the bound": (it: DataContrast, law: ReturnType<typeof fitDataLaw>) =>
      law !== undefined && predictedChange(law, it).mean >= -bound,
    "low end within the bound": (it: DataContrast, law: ReturnType<typeof fitDataLaw>) =>
      law !== undefined && predictedChange(law, it).low >= -bound,
    hindsight: (it: DataContrast) => it.change >= -bound,
  };
  const starts = [...new Set(contrasts.map(({ group, size }) => JSON.stringify([group, size])))];
  const laws = new Map(
    [...new Set(contrasts.map(({ group }) => group))].map((group) => [
      group,
      fitDataLaw(contrasts.filter((it) => it.group !== group)),
    ]),
  );
  console.log(
    `\nSmallest dataset fraction under a bound of 1 point, ${plan} kept; each task and full size 1`,
  );
  console.table(
    Object.entries(rules).map(([rule, admits]) => {
      const decisions = starts.map((start) => {
        const [group, size] = JSON.parse(start) as [string, number];
        const options = contrasts.filter(
          (it) => it.group === group && it.size === size && admits(it, laws.get(group)),
        );
        const least = Math.min(1, ...options.map(({ ratio }) => ratio));
        const losses = options.filter(({ ratio }) => ratio === least).map(({ change }) => -change);
        return {
          group,
          data: 1 - least,
          loss: losses.length === 0 ? 0 : mean(losses.map((loss) => Math.max(0, loss))),
        };
      });
      return {
        rule,
        "data saved %": points(groupMean(decisions, (it) => it.data)),
        "tokens saved %": plan === "epochs" ? points(groupMean(decisions, (it) => it.data)) : "0.0",
        "EM loss, points": points(groupMean(decisions, (it) => it.loss)),
        "over the bound %": points(groupMean(decisions, (it) => (it.loss > bound + 1e-9 ? 1 : 0))),
      };
    }),
  );
}

const contrasts = dataContrasts(runs);
for (const plan of ["epochs", "steps"] as const) {
  printErrors(`Dataset fraction, ${plan} kept`, judgeData(contrasts[plan]));
  printDecisions(plan, contrasts[plan]);
}
printErrors("Regularisation", judgeSettings());
