import type { RunRecord, Task } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import type { Neighbours } from "@stopwise/learners";
import {
  dataContrasts,
  passesOver,
  settingContrasts,
  type DataContrast,
  type KeptPlan,
  type Regulariser,
  type SettingContrast,
} from "./contrasts.ts";
import { fewestGroups, heldOutInterval, type HeldOutInterval } from "./held-out-interval.ts";
import { fitShift, shiftedBy, type LogitFit } from "./logit-law.ts";
import type { PastCurves } from "./past-curves.ts";

/** Whose curves a prediction is made from: runs of the task itself, or the nearest runs of other tasks. */
export type Basis = "own" | "near";

/** Intervals by whose curves a prediction is made from; absent where too few groups tell. */
export type Intervals = Readonly<Partial<Record<Basis, HeldOutInterval>>>;

/** How the number of examples tells on the final EM. */
export interface DataLaw {
  /** Shift of the EM's logit per unit of ln(effective examples). */
  readonly exponent: number;
  /** Passes over the same examples after which more of them tell little. */
  readonly repeats: number;
  /** By what the plan keeps: errors on held-out groups, per unit of ln(1 / ratio). */
  readonly intervals: Readonly<Partial<Record<KeptPlan, Intervals>>>;
  /** Fewest and most examples that the law was fitted on. */
  readonly sizes: readonly [least: number, most: number];
}

/** The effect of changing one setting from one level to another. */
export interface SettingEffect {
  readonly setting: Regulariser;
  readonly from: number | string;
  readonly to: number | string;
  /** Shift of the EM's logit; 0 where held-out tasks were told no better by any. */
  readonly shift: number;
  /** Errors on held-out groups, in EM. */
  readonly intervals: Intervals;
}

/** What past runs tell of less data and of regularisation; plain data, as in the model file. */
export interface Laws {
  /** Absent where fewer than three groups were trained on several sizes. */
  readonly data?: DataLaw;
  readonly settings: readonly SettingEffect[];
}

const exponents = Array.from({ length: 61 }, (_, k) => k / 20);
const shifts = Array.from({ length: 121 }, (_, k) => (k - 60) / 20);
const repeatsTried = [4, 8, 15, 25, 40] as const;

/** Passes over fresh examples that so many passes over the same ones are worth. */
const effectivePasses = (passes: number, repeats: number): number =>
  passes <= 1 ? passes : 1 + repeats * (1 - Math.exp(-(passes - 1) / repeats));

/** A set of examples that shrinks. */
export interface DataCut {
  readonly plan: KeptPlan;
  /** Share of the examples that is kept, in (0, 1]. */
  readonly ratio: number;
  /** Passes over the full set. */
  readonly passes: number;
}

/**
 * ln of the effective examples of the full set over those of the part, after as many steps as the part gets: 0 where
 * neither is seen twice.
 *
 * @see Muennighoff et al. 2023, "Scaling data-constrained language models", eq. 5
 */
export function repetitionOf({ plan, ratio, passes }: DataCut, repeats: number): number {
  const seen = plan === "epochs" ? ratio * passes : passes;
  return Math.log(effectivePasses(seen, repeats) / (ratio * effectivePasses(seen / ratio, repeats)));
}

/** What is done to a task: it is read at a share of its steps, and its EM's logit is shifted. */
export interface Change {
  readonly share: number;
  readonly shift: number;
}

/** Change of the final EM that past runs show: the mean over runs of EM at the share, shifted, minus EM at the end. */
export function changeOn(
  curves: PastCurves,
  { runs, weights }: Neighbours,
  { share, shift }: Change,
): number {
  let [sum, total] = [0, 0];
  for (let k = 0; k < runs.length; k++) {
    const [end, em] = [curves.emAt(runs[k]!, 1), curves.emAt(runs[k]!, share)];
    if (Number.isNaN(em - end)) continue;
    total += weights[k]!;
    sum += weights[k]! * (em - end + shiftedBy(em, shift));
  }
  return total > 0 ? sum / total : Number.NaN;
}

/** What a cut does, by a law. */
export function changeOfCut(
  { exponent, repeats }: Pick<DataLaw, "exponent" | "repeats">,
  cut: DataCut,
): Change {
  return {
    share: cut.plan === "epochs" ? cut.ratio : 1,
    shift: -exponent * repetitionOf(cut, repeats),
  };
}

/** What the laws are fitted on. */
export interface LawTraining {
  readonly curves: PastCurves;
  /** Id of each run of the curves, `[nRuns]`. */
  readonly ids: readonly string[];
  /** The past runs that a recommendation for a run's task would be made from. */
  readonly near: (run: RunRecord) => Neighbours;
}

type AnyContrast = DataContrast | SettingContrast;

/** Learns from every contrast within a task that the runs hold. */
export function fitLaws(runs: readonly RunRecord[], training: LawTraining): Laws {
  const data = fitData(dataContrasts(runs), training);
  return { ...(data && { data }), settings: fitSettings(settingContrasts(runs), training) };
}

const nGroupsOf = (contrasts: readonly AnyContrast[]): number =>
  new Set(contrasts.map(({ group }) => group)).size;

/** Errors on held-out groups, from the task's own runs but those of the other way of training, and from other tasks'. */
function intervalsOf<C extends AnyContrast>(
  contrasts: readonly C[],
  { curves, ids, near }: LawTraining,
  { changeFor, unitOf }: { changeFor: (contrast: C) => Change; unitOf: (contrast: C) => number },
): Intervals {
  const predictors: Record<Basis, (contrast: C) => Neighbours | undefined> = {
    own: ({ group, from, others }) => curves.own(group, taskOf(from), (run) => others.has(ids[run]!)),
    near: ({ group, from }) => curves.among(near(from), group),
  };
  const entries = Object.entries(predictors).flatMap(([basis, neighboursFor]) => {
    const errors = contrasts.flatMap((contrast) => {
      const neighbours = neighboursFor(contrast);
      const told = neighbours && changeOn(curves, neighbours, changeFor(contrast));
      if (told === undefined || Number.isNaN(told)) return [];
      return [{ group: contrast.group, error: (contrast.change - told) / unitOf(contrast) }];
    });
    const interval = heldOutInterval(errors);
    return interval === undefined ? [] : [[basis, interval] as const];
  });
  return Object.fromEntries(entries);
}

function fitData(contrasts: readonly DataContrast[], training: LawTraining): DataLaw | undefined {
  const told = contrasts.filter(({ passes, emAtShare }) => !Number.isNaN(passes + emAtShare));
  if (nGroupsOf(told) < fewestGroups) return undefined;
  const fits = repeatsTried.map((repeats) => ({
    repeats,
    fit: fitShift(
      told.map(({ group, emAtShare, em, change, ...cut }) =>
        cut.plan === "epochs"
          ? { group, em: emAtShare, dose: -repetitionOf(cut, repeats), change: change - (emAtShare - em) }
          : { group, em, dose: -repetitionOf(cut, repeats), change },
      ),
      exponents,
    ),
  }));
  const { repeats, fit } = fits.reduce((a, b) => (b.fit.heldOutError < a.fit.heldOutError ? b : a));
  const changeFor = (it: DataContrast): Change =>
    changeOfCut({ exponent: fit.without.get(it.group)!, repeats }, it);
  const unitOf = ({ ratio }: DataContrast): number => -Math.log(ratio);
  const intervalsFor = (plan: KeptPlan): Intervals =>
    intervalsOf(
      told.filter((it) => it.plan === plan),
      training,
      { changeFor, unitOf },
    );
  return {
    exponent: fit.coefficient,
    repeats,
    intervals: { epochs: intervalsFor("epochs"), steps: intervalsFor("steps") },
    sizes: [
      Math.min(...told.map(({ size, ratio }) => size * ratio)),
      Math.max(...told.map(({ size }) => size)),
    ],
  };
}

/** The shift of one change of a setting, or none where none tells held-out tasks better. */
function shiftOf(members: readonly SettingContrast[]): Pick<LogitFit, "coefficient" | "without"> {
  const items = members.map(({ group, em, change }) => ({ group, em, dose: 1, change }));
  const [fit, none] = [fitShift(items, shifts), fitShift(items, [0])];
  return fit.heldOutError < none.heldOutError ? fit : none;
}

/** Changes seen in fewer than three groups are left out: nothing can be told of a further task. */
function fitSettings(contrasts: readonly SettingContrast[], training: LawTraining): SettingEffect[] {
  const byChange = new Map<string, SettingContrast[]>();
  for (const it of contrasts) {
    const key = JSON.stringify([it.setting, it.fromLevel, it.toLevel]);
    byChange.set(key, [...(byChange.get(key) ?? []), it]);
  }
  return [...byChange.values()].flatMap((members): SettingEffect[] => {
    if (nGroupsOf(members) < fewestGroups) return [];
    const { coefficient, without } = shiftOf(members);
    const intervals = intervalsOf(members, training, {
      changeFor: ({ group }) => ({ share: 1, shift: without.get(group)! }),
      unitOf: () => 1,
    });
    const { setting, fromLevel, toLevel } = members[0]!;
    return [{ setting, from: fromLevel, to: toLevel, shift: coefficient, intervals }];
  });
}

/** Passes over the data that are assumed where a task does not tell: the default of the commonest trainer. */
const assumedPasses = 3;

/** Passes over the full data of a task, and whether they are assumed. */
export function passesOf(task: Task): { passes: number; isAssumed: boolean } {
  const passes = passesOver(task);
  return Number.isNaN(passes) ? { passes: assumedPasses, isAssumed: true } : { passes, isAssumed: false };
}
