import type { SimplePolicy } from "@stopwise/core";
import { isPlainPatience, plainPatiencePolicies } from "@stopwise/policies";
import { cadenceSections } from "../advice/cadence/cadence-table.ts";
import type { Bound } from "../certificates/bound.ts";
import { chooseAlong, choiceLevels, type ChoiceRule } from "../choice/choose.ts";
import { isSafe } from "../choice/decision-quality.ts";
import { nTargetsOf, predictionOf, riskOf, targetsOf, type PolicyPrediction } from "../choice/prediction.ts";
import { DistanceGate, partlySeen } from "../choice/distance-gate.ts";
import { groupPowerWeights, renumbered } from "../choice/training-part.ts";
import {
  constant,
  type Estimator,
  type FittedEstimator,
  FittedForest,
  FittedKernel,
  forest,
  GroupTotals,
  kernel,
  type TrainingSet,
} from "@stopwise/learners";
import { experienceOfUsable, featureKinds, type Experience, type Replayer } from "../portfolio/experience.ts";
import { rowsOf, type OutcomeTable } from "../portfolio/outcome-table.ts";
import { reducePortfolio } from "../portfolio/reduce.ts";
import { seedFor } from "@stopwise/core/random";
import { outcomesOfSettings } from "../choice/level-outcomes.ts";
import { levelQualities, sampleOf } from "../choice/level-quality.ts";
import { classOf } from "../portfolio/classes.ts";
import type { Section } from "../file/container.ts";
import { forestSections } from "../file/forest-sections.ts";
import { quantised, quantisedAll } from "../file/quantised.ts";
import type { SplitRuns } from "../portfolio/split-runs.ts";
import type { StartHeader } from "../model/start-model.ts";

const mainPortfolio = 112;
/** Candidates at least that are a plain patience, so that whoever can only state one finds a choice. */
const plainPortfolio = 40;

/** A trained part: its header and its arrays. */
export interface TrainedStart {
  readonly header: StartHeader;
  readonly sections: Readonly<Record<string, Section>>;
}

/** Options of a start-of-run part. */
export interface StartOptions {
  readonly policies: readonly SimplePolicy[];
  readonly seed: number;
  /** What the names of its sections begin with. */
  readonly prefix: string;
  /** Whether to replay thinned curves for advice on the cadence. */
  readonly withCadence: boolean;
  /** How policies are replayed; default in this thread. */
  readonly replay?: Replayer | undefined;
}

/** Bounds that estimators are compared by, on held-out decisions of the fit part. */
const comparedBounds: readonly Bound[] = [
  { kind: "mean", maxEmLoss: 0.005 },
  { kind: "mean", maxEmLoss: 0.01 },
  { kind: "mean", maxEmLoss: 0.02 },
  { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
];

/**
 * Fits the start-of-run part of a model on runs of one kind, split into a fit and a calibration part: replays the
 * portfolio, reduces it, compares the estimators on held-out decisions of the fit part, and keeps what a recommendation
 * needs.
 */
export function trainStart(
  split: SplitRuns,
  { policies, seed, prefix, withCadence, replay }: StartOptions,
): TrainedStart {
  const { kind } = split.usable[0]!.curve;
  const monitors = (policy: SimplePolicy): boolean => kind === "quality" || policy.monitor !== "quality";
  const portfolio = [...policies, ...plainPatiencePolicies()].filter(monitors);
  const experience = experienceOfUsable(split.usable, portfolio, replay);
  const fitted = fitPart(experience, split.fit, seed);
  const gate = new DistanceGate(
    {
      features: fitted.training.features,
      groups: split.fit.map((row) => experience.groups[row]!),
    },
    partlySeen(seedFor(seed, "gate")),
  );
  return {
    header: startHeader(experience, split, { fitted, kind, gate: gate.gate }),
    sections: {
      ...sectionsOf(experience, split, { fitted, gate, prefix }),
      ...(withCadence ? cadenceSections(experience, prefix) : {}),
    },
  };
}

interface FittedPart {
  readonly training: TrainingSet;
  readonly table: OutcomeTable;
  readonly candidates: readonly number[];
  readonly estimator: FittedEstimator;
  readonly held: readonly PolicyPrediction[];
  readonly heldRows: readonly Float64Array[];
  readonly name: StartHeader["estimator"];
  readonly rule: ChoiceRule["kind"];
}

function fitPart(experience: Experience, rows: readonly number[], seed: number): FittedPart {
  const groups = renumbered(
    Int32Array.from(rows, (row) => experience.groups[row]!),
    seed,
  );
  const table = rowsOf(experience.table, rows);
  const reduce = (size: number, allowed: (setting: number) => boolean): number[] =>
    reducePortfolio(table, groups, { size, allowed });
  const isPlain = (setting: number): boolean => isPlainPatience(experience.grid.policyOf(setting));
  const candidates = [
    ...new Set([...reduce(mainPortfolio, () => true), ...reduce(plainPortfolio, isPlain)]),
  ].sort((a, b) => a - b);
  const training: TrainingSet = {
    features: rows.map((row) => experience.features[row]!),
    kinds: featureKinds,
    targets: targetsOf(table, candidates),
    nTargets: nTargetsOf(candidates.length),
    weights: groupPowerWeights(groups, 0),
    groups,
  };
  const estimators: readonly [StartHeader["estimator"], Estimator][] = [
    ["constant", constant],
    ["kernel", kernel],
    ["forest", forest],
  ];
  const complete = Array.from(rows.keys()).filter((index) => experience.complete[rows[index]!]!);
  const attempts = estimators.flatMap(([name, estimator]) => {
    const fitted = estimator.fit(training, { seed: seedFor(seed, name) });
    const heldRows = rows.map((_, index) => fitted.predictHeldOut(index));
    const held = heldRows.map((row) => predictionOf(row, candidates.length));
    return (["constraint", "price"] as const).map((rule) => ({
      part: { training, table, candidates, estimator: fitted, held, heldRows, name, rule },
      score: heldOutSaving({ held, candidates, table, complete, groups, rule }),
    }));
  });
  return attempts.reduce((a, b) => (b.score > a.score ? b : a)).part;
}

/** Mean over the compared bounds of the saving of held-out decisions that keep the bound. */
function heldOutSaving(data: {
  held: readonly PolicyPrediction[];
  candidates: readonly number[];
  table: OutcomeTable;
  complete: readonly number[];
  groups: Int32Array;
  rule: ChoiceRule["kind"];
}): number {
  const { held, candidates, table, complete, groups, rule } = data;
  const everything = held.map((_, index) => index);
  const sample = sampleOf(complete, (index) => groups[index]!, "group");
  const savings = comparedBounds.map((bound) => {
    const levels = choiceLevels[bound.kind === "tail" ? "tail" : "mean"][rule];
    const settings = Int32Array.from(
      held.flatMap((prediction) => {
        const risk = riskOf(prediction, bound);
        return Array.from(
          chooseAlong(prediction.saving, risk, { kind: rule, levels }),
          (chosen) => candidates[chosen]!,
        );
      }),
    );
    const qualities = levelQualities(outcomesOfSettings(table, everything, settings), sample, bound);
    return Math.max(
      0,
      ...qualities.filter((it) => isSafe(it, bound, { caution: 0.5 })).map((it) => it.saving),
    );
  });
  return savings.reduce((sum, saving) => sum + saving, 0) / savings.length;
}

function startHeader(
  experience: Experience,
  { fit, calibration }: SplitRuns,
  { fitted, kind, gate }: { fitted: FittedPart; kind: StartHeader["kind"]; gate: number },
): StartHeader {
  const { candidates } = fitted;
  return {
    kind,
    families: experience.grid.families,
    candidates,
    rule: fitted.rule,
    estimator: fitted.name,
    smoothing:
      fitted.estimator instanceof FittedKernel ? fitted.estimator.smoothing : { bandwidth: 0.1, prior: 0.1 },
    gate: Number.isFinite(gate) ? gate : Number.MAX_VALUE,
    kinds: featureKinds,
    costUnit: experience.curves[fit[0]!]!.costUnit,
    fit: {
      ids: fit.map((row) => experience.runs[row]!.id),
      classes: fit.map((row) => classOf(experience.curves[row]!)),
    },
    calibration: {
      classes: calibration.map((row) => classOf(experience.curves[row]!)),
      nGroups: new Set(calibration.map((row) => experience.groups[row])).size,
    },
  };
}

function sectionsOf(
  experience: Experience,
  { fit, calibration }: SplitRuns,
  { fitted, gate, prefix }: { fitted: FittedPart; gate: DistanceGate; prefix: string },
): Record<string, Section> {
  const nFeatures = featureKinds.length;
  const features = new Float64Array(fit.length * nFeatures);
  fitted.training.features.forEach((row, run) => features.set(row, run * nFeatures));
  const flat = (rows: readonly Float64Array[]): Uint16Array => {
    const width = nTargetsOf(fitted.candidates.length);
    const packed = new Uint16Array(rows.length * width);
    rows.forEach((row, run) => row.forEach((value, t) => (packed[run * width + t] = quantised(value))));
    return packed;
  };
  const kept = (rows: readonly number[], predictions: readonly Float64Array[], name: string) => ({
    [`${prefix}.${name}.groups`]: Int32Array.from(rows, (row) => experience.groups[row]!),
    [`${prefix}.${name}.complete`]: Uint8Array.from(rows, (row) => (experience.complete[row]! ? 1 : 0)),
    [`${prefix}.${name}.distances`]: Float64Array.from(rows, (row) =>
      gate.distanceTo(experience.features[row]!, experience.groups[row]),
    ),
    [`${prefix}.${name}.emLoss`]: quantisedAll(rowsOf(experience.table, rows).emLoss),
    [`${prefix}.${name}.predictions`]: flat(predictions),
  });
  const predicted = calibration.map((row) => fitted.estimator.predict(experience.features[row]!));
  return {
    ...kept(fit, fitted.heldRows, "fit"),
    ...kept(calibration, predicted, "calibration"),
    [`${prefix}.fit.features`]: features,
    [`${prefix}.fit.weights`]: fitted.training.weights,
    [`${prefix}.fit.saving`]: quantisedAll(fitted.table.saving),
    [`${prefix}.overall`]: new GroupTotals(fitted.training).meanWithout(undefined),
    ...(fitted.estimator instanceof FittedForest
      ? forestSections(`${prefix}.forest`, fitted.estimator.forest.trees)
      : {}),
  };
}
