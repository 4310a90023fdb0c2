import {
  atLevel,
  type Bound,
  calibrate,
  cautionFor,
  DistanceGate,
  isSafe,
  type Judged,
  type LevelOutcomes,
  levelQualities,
  type Margin,
  neverQuality,
  type Quality,
  sampleOf,
  severityOf,
  startOf,
} from "@stopwise/meta-model";
import type { Ask, Method } from "./method.ts";
import type { Selection } from "./report.ts";
import type { Fold, Study } from "./study.ts";

/** Outcomes on the judged runs of all folds, one after another. */
export interface Decided extends Judged {
  /** Row of the experience of each judged run. */
  readonly rows: readonly number[];
  readonly saving: readonly number[];
  readonly emLoss: readonly number[];
}

/**
 * The path and level with the largest saving that is safe on a sample; undefined where only never-stop is.
 * `further` counts one further group beside those that were seen: see {@link Method.severity}.
 */
export function safestBest(
  paths: readonly LevelOutcomes[],
  qualities: (path: LevelOutcomes) => Quality[],
  { bound, further, ...margin }: { bound: Bound; further?: Method["severity"] } & Margin,
): { path: number; level: number } | undefined {
  let [best, found] = [neverQuality, undefined as { path: number; level: number } | undefined];
  paths.forEach((outcomes, path) => {
    const along = qualities(outcomes);
    const severity = furtherRisk(along, bound, further);
    along.forEach((quality, level) => {
      if (quality.saving <= best.saving || !isSafe(quality, bound, { ...margin, severity })) return;
      [best, found] = [quality, { path, level }];
    });
  });
  return found;
}

function furtherRisk(
  along: readonly Quality[],
  bound: Bound,
  further: Method["severity"] | undefined,
): number {
  if (further === undefined) return 0;
  return severityOf(along, bound, further === "largest" ? "largest" : "mean");
}

/** Positions, in a list of rows, of complete runs that count. */
function countingIn(study: Study, rows: readonly number[], ask: Ask): number[] {
  return Array.from(rows.keys()).filter(
    (index) => study.experience.complete[rows[index]!]! && ask.counts(rows[index]!),
  );
}

const runToEnd = (n: number): { saving: number[]; emLoss: number[] } => ({
  saving: new Array<number>(n).fill(0),
  emLoss: new Array<number>(n).fill(0),
});

/** Standard errors of the out-of-fold risk that a promise keeps free under its bound where groups are many. */
export const defaultCaution = 0.5;

/** What the path and level that the training part of a fold promises do to its judged runs. */
export function promised(
  study: Study,
  fold: Fold,
  { method, ask }: { method: Method; ask: Ask },
): ReturnType<typeof runToEnd> {
  const paths = method.paths(study, fold, ask.bound);
  const sample = sampleOf(
    countingIn(study, fold.train, ask),
    (index) => study.experience.groups[fold.train[index]!]!,
    ask.weighting,
  );
  const nGroups = new Set(sample.groups).size;
  const chosen = safestBest(
    paths.map((path) => path.train),
    (outcomes) => levelQualities(outcomes, sample, ask.bound),
    { bound: ask.bound, caution: cautionFor(nGroups, ask.caution), further: method.severity },
  );
  return chosen === undefined
    ? runToEnd(fold.judged.length)
    : atLevel(paths[chosen.path]!.judged, chosen.level);
}

/** Losses of some runs under every level, row after row. */
function lossRows(outcomes: LevelOutcomes, members: readonly number[]): Float32Array {
  const { nLevels } = outcomes;
  const loss = new Float32Array(members.length * nLevels);
  members.forEach((member, index) => {
    const start = startOf(outcomes, member);
    loss.set(outcomes.emLoss.subarray(start, start + nLevels), index * nLevels);
  });
  return loss;
}

const passing = new WeakMap<Fold, (row: number) => boolean>();

/** Whether a row's task passes the distance gate of a fold's fit half; worked out once per row. */
function passesGate({ experience }: Study, fold: Fold): (row: number) => boolean {
  const known = passing.get(fold);
  if (known !== undefined) return known;
  const gate = new DistanceGate({
    features: fold.fit.map((row) => experience.features[row]!),
    groups: fold.fit.map((row) => experience.groups[row]!),
  });
  const answers = new Map<number, boolean>();
  const passes = (row: number): boolean => {
    const answer = answers.get(row) ?? gate.passes(experience.features[row]!);
    answers.set(row, answer);
    return answer;
  };
  passing.set(fold, passes);
  return passes;
}

/** Outcomes at a level, but to the end for runs whose task is beyond the gate: they have no certificate. */
function gated(outcomes: ReturnType<typeof runToEnd>, passes: (index: number) => boolean): typeof outcomes {
  const keep = (values: readonly number[]): number[] =>
    values.map((value, index) => (passes(index) ? value : 0));
  return { saving: keep(outcomes.saving), emLoss: keep(outcomes.emLoss) };
}

function certified(
  study: Study,
  fold: Fold,
  { method, ask }: { method: Method; ask: Ask },
): ReturnType<typeof runToEnd> {
  const { calibration, judged } = method.certifiedPath(study, fold, ask);
  const passes = passesGate(study, fold);
  const members = countingIn(study, fold.calibration, ask).filter((index) =>
    passes(fold.calibration[index]!),
  );
  const { nLevels } = calibration;
  const { setting } = calibrate(
    {
      loss: lossRows(calibration, members),
      nSettings: nLevels,
      groups: members.map((member) => `${study.experience.groups[fold.calibration[member]!]}`),
    },
    ask.bound,
  );
  return gated(atLevel(judged, setting), (index) => passes(fold.judged[index]!));
}

/** The outcomes of all folds one after another; where they share one table, by reference to its rows. */
function concatenated(parts: readonly LevelOutcomes[]): LevelOutcomes {
  const first = parts[0]!;
  const nRuns = parts.reduce((sum, part) => sum + part.nRuns, 0);
  if (parts.every((part) => part.rows !== undefined && part.saving === first.saving)) {
    return { ...first, nRuns, rows: parts.flatMap((part) => [...part.rows!]) };
  }
  const join = (field: "saving" | "emLoss"): Float32Array => {
    const joined = new Float32Array(parts.reduce((sum, part) => sum + part[field].length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part[field], at);
      at += part[field].length;
    }
    return joined;
  };
  return { nRuns, nLevels: first.nLevels, saving: join("saving"), emLoss: join("emLoss") };
}

/** The best path and level on the judged data themselves. */
function frontier(study: Study, { method, ask }: { method: Method; ask: Ask }): ReturnType<typeof runToEnd> {
  const rows = study.folds.flatMap((fold) => fold.judged);
  const byFold = study.folds.map((fold) => method.paths(study, fold, ask.bound));
  const joined = (byFold[0] ?? []).map((_, path) => concatenated(byFold.map((paths) => paths[path]!.judged)));
  const members = Array.from(rows.keys()).filter((index) => ask.counts(rows[index]!));
  const sample = sampleOf(members, (index) => study.experience.groups[rows[index]!]!, ask.weighting);
  const unclipped = ask.bound.kind === "tail" ? ask.bound : { ...ask.bound, clip: Infinity };
  const chosen = safestBest(joined, (outcomes) => levelQualities(outcomes, sample, unclipped), {
    bound: ask.bound,
    caution: 0,
  });
  return chosen === undefined ? runToEnd(rows.length) : atLevel(joined[chosen.path]!, chosen.level);
}

/** What a method does to the judged runs under one question. */
export function decide(
  study: Study,
  method: Method,
  { ask, selection }: { ask: Ask; selection: Selection },
): Decided {
  const rows = study.folds.flatMap((fold) => fold.judged);
  if (selection === "frontier") return { rows, ...frontier(study, { method, ask }) };
  const decideFold = selection === "promise" ? promised : certified;
  const parts = study.folds.map((fold) => decideFold(study, fold, { method, ask }));
  return {
    rows,
    saving: parts.flatMap((part) => part.saving),
    emLoss: parts.flatMap((part) => part.emLoss),
  };
}
