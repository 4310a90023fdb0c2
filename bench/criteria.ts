import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { curveOf, reachedPlan, runRecordSchema, type Curve, type SimplePolicy } from "@stopwise/core";
import {
  criteria,
  criterionSeries,
  hindsight,
  noiseFloor,
  outcomeTable,
  parsePolicy,
  passageTable,
  type CriterionDefinition,
} from "@stopwise/policies";

const bounds = [0.0025, 0.005, 0.01, 0.02];
const sets = ["finetune", "algorithmic", "pretrain"];
const warmups = [undefined, { evals: 5 }, { evals: 10 }];

function read(set: string): Curve[] {
  const file = fileURLToPath(new URL(`../../shared/curves/${set}.jsonl.gz`, import.meta.url));
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const runs = lines.map((line) => runRecordSchema.parse(JSON.parse(line)));
  return runs.filter((run) => run.kind === "quality" && reachedPlan(run)).map(curveOf);
}

/** Every group weighs the same, its runs equally. */
function groupWeights(curves: readonly Curve[]): Float64Array {
  const sizes = new Map<string, number>();
  for (const { group } of curves) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return Float64Array.from(curves, ({ group }) => 1 / (sizes.size * sizes.get(group)!));
}

/** Forty thresholds from the distribution of the largest statistics of the curves. */
function thresholdsFrom(series: readonly Float64Array[]): number[] {
  const tops = series.flatMap((z) => [...z].filter((value) => Number.isFinite(value))).sort((a, b) => a - b);
  const picks = Array.from({ length: 41 }, (_, i) => tops[Math.floor((i / 40) * (tops.length - 1))] ?? 0);
  return [...new Set(picks)];
}

interface Point {
  readonly saving: number;
  readonly emLoss: number;
  readonly policy: SimplePolicy;
}

type Data = { curves: readonly Curve[]; weights: Float64Array; tables: ReturnType<typeof outcomeTable>[] };

/** Weighted saving and loss of every threshold of one criterion, parameter set and warm-up. */
function pointsOf(policy: SimplePolicy, { curves, weights, tables }: Data): Point[] {
  const passages = curves.map((curve) => criterionSeries(policy, curve));
  const thresholds = thresholdsFrom(passages.map(({ z }) => z));
  const firsts = passages.map(({ firstStop }) => firstStop);
  const stops = passageTable(
    passages.map(({ z }) => z),
    firsts,
    thresholds,
    policy.compare,
  );
  return thresholds.map((threshold, j) => {
    let saving = 0;
    let emLoss = 0;
    curves.forEach((_, run) => {
      const stop = stops[run * thresholds.length + j]!;
      saving += weights[run]! * tables[run]!.saving[stop]!;
      emLoss += weights[run]! * tables[run]!.emLoss[stop]!;
    });
    return { saving, emLoss, policy: { ...policy, threshold } };
  });
}

function policiesOf({ name, examples, thresholds }: CriterionDefinition): SimplePolicy[] {
  return examples.flatMap((params) =>
    warmups.flatMap((warmup) =>
      (name === "staleness" || name === "slope" ? (["quality", "evalLoss"] as const) : [undefined]).map(
        (monitor) =>
          parsePolicy({
            version: 1,
            criterion: name,
            params,
            threshold: thresholds[0],
            ...(monitor === undefined ? {} : { monitor }),
            ...(warmup === undefined ? {} : { warmup }),
          }) as SimplePolicy,
      ),
    ),
  );
}

const cell = (value: number): string => value.toFixed(3);

for (const set of sets) {
  const curves = read(set);
  const data: Data = {
    curves,
    weights: groupWeights(curves),
    tables: curves.map((curve) => outcomeTable(curve, "best")),
  };
  const nGroups = new Set(curves.map(({ group }) => group)).size;
  const floor = noiseFloor(curves, data.weights);
  console.log(
    `\n### ${set}: ${curves.length} runs, ${nGroups} groups, noise floor ${(100 * floor).toFixed(2)} points\n`,
  );
  console.log(
    `| criterion | ${bounds.map((bound) => `${100 * bound} points`).join(" | ")} | at 0.5 points |`,
  );
  console.log(`| --- | ${bounds.map(() => "---").join(" | ")} | --- |`);
  for (const definition of criteria.values()) {
    if (["never", "target", "non-finite"].includes(definition.name)) continue;
    const points = policiesOf(definition).flatMap((policy) => pointsOf(policy, data));
    const best = bounds.map((bound) =>
      points
        .filter(({ emLoss }) => emLoss <= bound)
        .reduce<Point | undefined>(
          (top, point) => (top === undefined || point.saving > top.saving ? point : top),
          undefined,
        ),
    );
    const { policy } = best[1] ?? {};
    const choice =
      policy === undefined
        ? ""
        : JSON.stringify({ ...policy.params, monitor: policy.monitor, warmup: policy.warmup?.evals });
    console.log(
      `| ${definition.name} | ${best.map((point) => cell(point?.saving ?? 0)).join(" | ")} | \`${choice}\` ${policy?.threshold?.toPrecision(3) ?? ""} |`,
    );
  }
  const limits = bounds.map(
    (maxMeanLoss) => hindsight(curves, { weights: data.weights, maxMeanLoss }).saving,
  );
  console.log(`| **hindsight** | ${limits.map(cell).join(" | ")} | |`);
}
