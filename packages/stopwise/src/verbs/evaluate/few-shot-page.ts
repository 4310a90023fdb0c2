import type { FewShotPoint } from "@stopwise/referee";
import { renderTable, type Column } from "../../command-line/table.ts";
import { boundTitle } from "./evaluation-page.ts";

const percent = (share: number): string => (100 * share).toFixed(1);

/** One method on one cohort of tasks: a point for each number of own runs. */
type Curve = readonly FewShotPoint[];

function curvesOf(points: readonly FewShotPoint[]): Curve[] {
  const curves = new Map<string, FewShotPoint[]>();
  for (const point of points) {
    const key = `${point.cohort} ${point.method}`;
    curves.set(key, [...(curves.get(key) ?? []), point]);
  }
  return [...curves.values()];
}

/** What the most own runs add to none, with its interval. */
function gainOf({ gain }: FewShotPoint): string {
  return `${percent(gain.mean)} (${percent(gain.low)} to ${percent(gain.high)})`;
}

function columnsOf(counts: readonly number[]): Column<Curve>[] {
  return [
    { title: "tasks", value: (curve) => curve[0]!.nGroups, align: "right" },
    { title: "with at least", value: (curve) => curve[0]!.cohort, align: "right" },
    { title: "method", value: (curve) => curve[0]!.method },
    ...counts.map((count): Column<Curve> => ({
      title: `${count}`,
      align: "right",
      value(curve) {
        const point = curve.find((it) => it.ownRuns === count);
        return point === undefined ? "-" : `${percent(point.meanSaving)} @ ${percent(point.shareOverBound)}`;
      },
    })),
    { title: "gain", value: (curve) => gainOf(curve.at(-1)!), align: "right" },
  ];
}

/**
 * Few-shot curves as tables, one for each kind of runs and bound: a column for each number of own runs, in it the saving
 * and the share of runs over the bound, both in percent, and a column for the gain of the most own runs.
 *
 * @param points - what `fewShot` gave
 */
export function fewShotPage(points: readonly FewShotPoint[]): string {
  if (points.length === 0) return "Own runs: no task has runs enough to learn from some and judge others.";
  const head = [
    "Own runs of a task that is new: % saved @ % of runs over the bound, by the number of own runs; gain: of the most own",
    "runs over none, with its 95 % interval over tasks. Nobody gets these, since the judged runs themselves choose their",
    "level: recommend-frontier, what own runs tell at equal loss; best-on-own, one policy for each task, by its own runs",
    "alone; best-policies, by its judged runs: the head-room, also over recommend-frontier.",
  ].join("\n");
  const tables = new Map<string, FewShotPoint[]>();
  for (const point of points) {
    const key = JSON.stringify([point.kind, point.bound]);
    tables.set(key, [...(tables.get(key) ?? []), point]);
  }
  const texts = [...tables.values()].map((those) => {
    const { bound, kind } = those[0]!;
    const counts = [...new Set(those.map((point) => point.ownRuns))].sort((a, b) => a - b);
    const title = `${boundTitle(bound)}${kind === "loss" ? ", runs with a loss only" : ""}`;
    return `${title}\n${renderTable(curvesOf(those), columnsOf(counts))}`;
  });
  return [head, ...texts].join("\n\n");
}
