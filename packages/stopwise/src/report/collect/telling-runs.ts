import { upperMedian } from "@stopwise/core";
import { lossInWords, percent } from "../quantities.ts";
import type { ReportBound, ReportCurve, ReportData, StopMark } from "../report-data.ts";
import type { StoppedRun } from "./held-out-stops.ts";

/** The stops of a run by what they stand for; `ours` is the learned criterion where there is one. */
interface Stops {
  readonly patience: StopMark;
  readonly start: StopMark;
  readonly ours: StopMark;
  readonly best: StopMark;
}

interface Role {
  /** How well a run shows it; a run at or below 0 does not. */
  readonly score: (stops: Stops) => number;
  readonly why: (stops: Stops) => string;
}

function stopsOf({ stops }: StoppedRun): Stops | undefined {
  const of = (method: string): StopMark | undefined => stops.find((stop) => stop.method === method);
  const [patience, start, best] = [of("patience-3"), of("recommend"), of("hindsight")];
  const ours = of("learned") ?? start;
  if (patience === undefined || start === undefined || ours === undefined || best === undefined)
    return undefined;
  return { patience, start, ours, best };
}

/** Whether a run gets better at all: by a point, or by a hundredth of its loss. */
function learns({ quality }: StoppedRun, lossKind: ReportData["lossKind"]): boolean {
  const values = quality.filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high - low >= (lossKind === "points" ? 0.01 : 0.01 * Math.abs(low));
}

function rolesFor(all: readonly Stops[], bound: ReportBound, lossKind: ReportData["lossKind"]): Role[] {
  const within = ({ ours }: Stops): boolean => ours.emLoss <= bound.maxEmLoss;
  const savings = all.map(({ ours }) => ours.saving).filter((saving) => saving > 0);
  const middle = savings.length === 0 ? 0 : upperMedian(savings);
  const named = ({ method }: StopMark): string =>
    method === "learned" ? "the learned criterion" : "the recommendation";
  const lost = (loss: number): string => lossInWords(loss, lossKind);
  return [
    {
      score: (it) => (within(it) ? it.patience.emLoss - it.ours.emLoss : 0),
      why: ({ patience }) => `Where patience 3 costs most: it loses ${lost(patience.emLoss)}`,
    },
    {
      score: ({ ours }) => ours.emLoss,
      why: ({ ours }) => `Where ${named(ours)} loses most: ${lost(ours.emLoss)}`,
    },
    {
      score: (it) => (within(it) && it.ours.saving > 0 ? 1 - Math.abs(it.ours.saving - middle) : 0),
      why: ({ ours }) =>
        `A usual run: where ${named(ours)} saves anything, it saves ${percent(middle)} in the median`,
    },
    {
      score: (it) => (within(it) ? it.ours.saving - it.start.saving : 0),
      why: () => "Where watching the run adds most to what was known before it",
    },
    {
      score: ({ start }) => (start.emLoss <= bound.maxEmLoss ? start.saving : 0),
      why: ({ start }) => `Where the recommendation before the run saves most: ${percent(start.saving)}`,
    },
    {
      score: ({ best, ours }) => best.saving - ours.saving,
      why: ({ ours }) => `Where hindsight saves most beyond ${named(ours)}`,
    },
  ];
}

/**
 * A handful of runs that tell what the methods do, good and bad: where patience costs most, the worst case, a usual run,
 * and where watching the run adds most, the recommendation saves most, and both miss most. Each of another group; ties go to the smaller id.
 *
 * @param runs with their stops, of any length
 * @param bound losses up to its `maxEmLoss` count as kept
 * @param lossKind how losses are worded
 */
export function tellingRuns(
  runs: readonly StoppedRun[],
  bound: ReportBound,
  lossKind: ReportData["lossKind"],
): ReportCurve[] {
  const known = runs
    .filter((run) => learns(run, lossKind))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((run) => {
      const stops = stopsOf(run);
      return stops === undefined ? [] : [{ run, stops }];
    });
  const roles = rolesFor(
    known.map(({ stops }) => stops),
    bound,
    lossKind,
  );
  const shown: ReportCurve[] = [];
  for (const { score, why } of roles) {
    let best: { run: StoppedRun; stops: Stops; score: number } | undefined;
    for (const it of known) {
      const value = score(it.stops);
      const isNew = shown.every(({ group }) => group !== it.run.group);
      if (isNew && value > (best?.score ?? 0)) best = { ...it, score: value };
    }
    if (best !== undefined) shown.push({ ...best.run, why: why(best.stops) });
  }
  return shown;
}
