import { type Monitor, neverStop, type SimplePolicy, type Warmup } from "@stopwise/core";
import { parsePolicy } from "./parse-policy.ts";

const patience = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50];
const longPatience = [3, 5, 8, 12, 20, 30, 50, 70, 100, 140, 200];
const shares = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9];

const planShares = [
  0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8,
];
const confidences = [0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1];
const thresholdsOf = { evals: patience, tokenShare: shares, planShare: planShares };

type Grid = Readonly<{
  /** `staleness` unless given. */
  criterion?: "headroom-staleness";
  monitor: Monitor;
  unit: "evals" | "tokenShare" | "planShare";
  mode: "deadBand" | "ratchet" | "relative";
  minDeltas: readonly number[];
  warmups: readonly (Warmup | undefined)[];
}>;

function stalenessPolicies(grid: Grid): SimplePolicy[] {
  const long = grid.criterion !== undefined && grid.unit === "evals";
  const thresholds = long ? longPatience : thresholdsOf[grid.unit];
  return grid.warmups.flatMap((warmup) =>
    grid.minDeltas.flatMap((minDelta) =>
      thresholds.map(
        (threshold) =>
          parsePolicy({
            version: 1,
            criterion: grid.criterion ?? "staleness",
            monitor: grid.monitor,
            params: { unit: grid.unit, minDelta, minDeltaMode: grid.mode },
            threshold,
            ...(warmup === undefined ? {} : { warmup }),
          }) as SimplePolicy,
      ),
    ),
  );
}

const moving = (evals: number): Warmup => ({ evals, updatesBest: true });
const still = (evals: number): Warmup => ({ evals, updatesBest: false });

const grids: readonly Grid[] = [
  {
    monitor: "quality",
    unit: "evals",
    mode: "deadBand",
    minDeltas: [0, 0.001, 0.002, 0.005, 0.01, 0.02],
    warmups: [undefined, moving(5), moving(10)],
  },
  {
    monitor: "quality",
    unit: "evals",
    mode: "ratchet",
    minDeltas: [0.002, 0.005, 0.01],
    warmups: [undefined],
  },
  {
    monitor: "quality",
    unit: "tokenShare",
    mode: "deadBand",
    minDeltas: [0, 0.002, 0.005, 0.01],
    warmups: [undefined, moving(5)],
  },
  {
    monitor: "quality",
    unit: "planShare",
    mode: "deadBand",
    minDeltas: [0, 0.002, 0.005, 0.01],
    warmups: [undefined, moving(5)],
  },
  ...(["evals", "planShare"] as const).map((unit): Grid => ({
    criterion: "headroom-staleness",
    monitor: "quality",
    unit,
    mode: "deadBand",
    minDeltas: [0, 0.005],
    warmups: unit === "evals" ? [undefined] : [undefined, moving(5)],
  })),
  {
    monitor: "evalLoss",
    unit: "planShare",
    mode: "relative",
    minDeltas: [0, 0.002, 0.01],
    warmups: [undefined, moving(5)],
  },
  { monitor: "evalLoss", unit: "evals", mode: "relative", minDeltas: [0, 0.002, 0.01], warmups: [undefined] },
  {
    monitor: "evalLoss",
    unit: "tokenShare",
    mode: "relative",
    minDeltas: [0, 0.002, 0.01],
    warmups: [undefined],
  },
];

/** Extrapolation of the eval loss: on scores, headroom staleness does as well for a tenth of the time. */
function extrapolationPolicies(): SimplePolicy[] {
  const params = { margin: 0.002, memory: 0.85 };
  const shape = { version: 1, criterion: "extrapolation", monitor: "evalLoss", params };
  return confidences.map((threshold) => parsePolicy({ ...shape, threshold }) as SimplePolicy);
}

const ratchetGrids: readonly Grid[] = (["quality", "evalLoss"] as const).map((monitor) => ({
  monitor,
  unit: "evals",
  mode: "ratchet",
  minDeltas: [0, 0.001, 0.002, 0.005, 0.01],
  warmups: [undefined, still(3), still(5), still(10)],
}));

/**
 * The policies that are replayed and chosen from unless told otherwise: never stopping, and staleness over dead band,
 * ratchet and relative margins, evaluations, token share and share of the plan, quality and eval loss, with and without
 * warm-up, with and without regard to the headroom, and extrapolation of the eval loss; at least 500, no two alike,
 * grouped so that each group's thresholds are one pass.
 */
export function defaultPortfolio(): SimplePolicy[] {
  return [neverStop, ...grids.flatMap(stalenessPolicies), ...extrapolationPolicies()];
}

/**
 * Never stopping, and patience >= 1 in evaluations over ratchets, on quality or eval loss, with and without warm-ups that
 * do not move the best: the rule of trainers whose best follows every gain.
 */
export function ratchetPortfolio(): SimplePolicy[] {
  return [neverStop, ...ratchetGrids.flatMap(stalenessPolicies)];
}
