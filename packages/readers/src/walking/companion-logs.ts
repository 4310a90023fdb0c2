import type { Checkpoint, RunRecord } from "@stopwise/core";

/** A run with where its log lies. */
export interface LocatedRun {
  readonly path: string;
  readonly format: string;
  readonly record: RunRecord;
}

/** Formats that several loggers of one training write side by side, the most exact first. */
const precision: readonly string[] = [
  "hf-trainer-state",
  "lightning-metrics-csv",
  "keras-csv",
  "joeynmt-validations",
  "flair-loss-tsv",
  "llama-factory",
  "wandb-dir",
  "mlflow-mlruns",
  "mlflow-sqlite",
  "tfevents",
  "model-card",
  "joeynmt-train-log",
  "flair-training-log",
  "text-log",
];

/** Values printed with two decimals agree when they round alike. */
const coarse = new Set(["joeynmt-train-log", "flair-training-log", "text-log"]);

/** The folder of a run: checkpoint folders belong to the one above. */
function folderOf(path: string): string {
  const parts = path.replace(/\/$/, "").split("/").slice(0, -1);
  if (/^(checkpoint-\d+|last-checkpoint)$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/");
}

/** The folder itself and all above it, the nearest first. */
function ancestorsOf(folder: string): string[] {
  const parts = folder.split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/")).concat("");
}

type Series = (point: Checkpoint) => number | null | undefined;

/** The series that two records both hold under the same meaning. */
function comparableSeries(left: RunRecord, right: RunRecord): [Series, Series][] {
  const loss = (record: RunRecord): Series =>
    record.kind === "loss" && record.metric === "eval_loss"
      ? (point) => point.value
      : (point) => point.evalLoss;
  const score: Series = (point) => point.quality ?? point.value;
  const pairs: [Series, Series][] = [[loss(left), loss(right)]];
  if (left.metric === right.metric && left.kind === right.kind) pairs.push([score, score]);
  return pairs;
}

/** Whether every value that both have at their shared steps agrees, and there are at least two. */
function agree(left: LocatedRun, right: LocatedRun): boolean {
  const tolerance = coarse.has(left.format) || coarse.has(right.format) ? 5.1e-3 : 1.01e-4;
  const byStep = new Map(left.record.points.map((point) => [point.step, point]));
  const shared = right.record.points.flatMap((point) => {
    const twin = byStep.get(point.step);
    return twin === undefined ? [] : [[twin, point] as const];
  });
  const shorter = Math.min(left.record.points.length, right.record.points.length);
  if (shared.length < Math.max(2, 0.8 * shorter)) return false;
  let nCompared = 0;
  for (const [ofLeft, ofRight] of comparableSeries(left.record, right.record)) {
    for (const [one, other] of shared) {
      const [a, b] = [ofLeft(one), ofRight(other)];
      if (typeof a !== "number" || typeof b !== "number") continue;
      if (Math.abs(a - b) > tolerance * Math.max(1, Math.abs(a))) return false;
      nCompared += 1;
    }
  }
  return nCompared >= 2;
}

/**
 * Finds logs of other loggers that hold a run again: a model card, event files or a console log in or below the
 * folder of a more exact log whose values agree with it at (nearly) all shared steps.
 *
 * @returns for each run that is found again the index of the run that stays
 */
export function findCompanions(runs: readonly LocatedRun[]): Map<number, number> {
  const rank = (run: LocatedRun): number => precision.indexOf(run.format);
  const order = runs.map((_, index) => index).filter((index) => rank(runs[index]!) >= 0);
  order.sort((left, right) => rank(runs[left]!) - rank(runs[right]!) || left - right);
  const byFolder = new Map<string, number[]>();
  const companions = new Map<number, number>();
  for (const index of order) {
    const run = runs[index]!;
    const folder = folderOf(run.path);
    const near = ancestorsOf(folder).flatMap((above) => byFolder.get(above) ?? []);
    const primary = near.find((other) => runs[other]!.format !== run.format && agree(runs[other]!, run));
    if (primary !== undefined) companions.set(index, primary);
    else byFolder.set(folder, [...(byFolder.get(folder) ?? []), index]);
  }
  return companions;
}
