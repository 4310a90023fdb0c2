import { curveOf, type Curve, type Policy, type SimplePolicy } from "@stopwise/core";
import {
  defaultPortfolio,
  describePolicy,
  outcomeMatrix,
  ratchetPortfolio,
  replay,
} from "@stopwise/policies";
import { readLogs, recordsOf } from "@stopwise/readers";
import type { SettingsInUse } from "@stopwise/trainers/doctor";
import { percent } from "../../command-line/percent.ts";

/** What settings did, or would have done, on past runs; each run counts 1. */
export interface PastCost {
  /** As a user says it: `patience 3`. */
  readonly settings: string;
  readonly kind: "quality" | "loss";
  readonly nRuns: number;
  /** Runs that were left out: stopped early or killed, they cannot tell what they would have reached. */
  readonly nLeftOut: number;
  readonly saving: number;
  readonly emLoss: number;
  /** The policy of the portfolio that saves as much and loses least, chosen on the same runs; null where none loses less. */
  readonly better: {
    readonly policy: Policy;
    readonly sentence: string;
    readonly saving: number;
    readonly emLoss: number;
  } | null;
  readonly sentence: string;
}

/** Runs that tell what settings cost: with evaluations enough, and recorded to their end. */
export interface PastRuns {
  readonly curves: readonly Curve[];
  readonly nLeftOut: number;
}

/** The runs whose logs stand under a path; none is no error. */
export async function pastRuns(path: string): Promise<PastRuns> {
  const records = recordsOf(await readLogs([path], {}));
  const whole = records.filter(({ end }) => end === undefined || end === "completed" || end === "unknown");
  const curves = whole.map(curveOf).filter(({ nCheckpoints }) => nCheckpoints >= 3);
  return { curves, nLeftOut: records.length - curves.length };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);

/** The settings' policy on what the runs log: the eval loss where they log nothing else. */
function policyFor({ policy }: SettingsInUse, kind: Curve["kind"]): SimplePolicy {
  if (kind === "quality" || policy.monitor === "evalLoss") return policy;
  return { ...policy, monitor: "evalLoss", direction: "min" };
}

function betterThan(bar: { saving: number; emLoss: number }, curves: readonly Curve[]): PastCost["better"] {
  const isLoss = curves[0]!.kind === "loss";
  const policies = [...defaultPortfolio(), ...ratchetPortfolio()].filter(
    ({ monitor }) => !isLoss || monitor !== "quality",
  );
  const { saving, emLoss } = outcomeMatrix(curves, policies);
  const column = (of: Float32Array, k: number): number =>
    mean(curves.map((_, run) => of[run * policies.length + k]!));
  let best: PastCost["better"] = null;
  policies.forEach((policy, k) => {
    const at = { saving: column(saving, k), emLoss: column(emLoss, k) };
    if (at.saving < bar.saving - 1e-6 || at.emLoss >= (best ?? bar).emLoss - 1e-6) return;
    best = { policy, sentence: describePolicy(policy), ...at };
  });
  return best;
}

const points = (loss: number, kind: Curve["kind"]): string =>
  kind === "loss" ? `${(100 * loss).toFixed(1)} % more loss` : `${(100 * loss).toFixed(1)} points`;

function sentenceOf({ settings, kind, nRuns, saving, emLoss, better }: Omit<PastCost, "sentence">): string {
  const did = `${settings} lost ${points(emLoss, kind)} on average on your ${nRuns} run${nRuns === 1 ? "" : "s"} and saved ${percent(saving)}`;
  if (better === null) return `${did}; no policy of the portfolio saves as much and loses less.`;
  const { sentence, saving: saved, emLoss: lost } = better;
  return `${did}. This policy would have saved ${percent(saved)} at ${points(lost, kind)} (chosen on the same runs): ${sentence}`;
}

/** What each of the settings in use costs on past runs, those with a score and those with a loss apart. */
export function costsOf(inUse: readonly SettingsInUse[], { curves, nLeftOut }: PastRuns): PastCost[] {
  const distinct = [...new Map(inUse.map((each) => [JSON.stringify(each.policy), each])).values()];
  return distinct.flatMap((settings) =>
    (["quality", "loss"] as const).flatMap((kind): PastCost[] => {
      const own = curves.filter((curve) => curve.kind === kind);
      if (own.length === 0) return [];
      const outcomes = own.map((curve) => replay(policyFor(settings, kind), curve));
      const bar = {
        saving: mean(outcomes.map((it) => it.saving)),
        emLoss: mean(outcomes.map((it) => it.emLoss)),
      };
      const better = betterThan(bar, own);
      const cost = { settings: settings.name, kind, nRuns: own.length, nLeftOut, ...bar, better };
      return [{ ...cost, sentence: sentenceOf(cost) }];
    }),
  );
}
