import type { Task } from "@stopwise/core";
import { regularisers, type KeptPlan, type Regulariser } from "./contrasts.ts";
import { changeOfCut, passesOf, type Change, type DataLaw, type Intervals, type Laws } from "./laws.ts";

/** What a user lets be considered. */
export type Considered = "data-fraction" | "regularisation";

/** What is known of a change: what it does to past runs, and how far off that was on held-out tasks. */
export interface KnownChange extends Change {
  readonly intervals: Intervals;
  /** What the ends of the intervals are multiplied by. */
  readonly unit: number;
}

/** A task changed in one respect, with what is known of the change; no `change` where nothing is, and why. */
export interface Variant {
  readonly kind: Considered;
  readonly label: string;
  /** What is changed: `{ dataFraction }`, or one setting with its new level. */
  readonly set: Readonly<Record<string, number | string>>;
  readonly task: Task;
  readonly change: KnownChange | undefined;
  readonly reason?: string;
  /** Tokens of its whole plan over those of the full one. */
  readonly planTokens: number;
}

/** Dataset fractions that are considered. */
const fractions: readonly number[] = [0.75, 0.5, 0.25, 0.1];
/** How far beyond the sizes of past contrasts the law is read. */
const reach = 2;

const unitLevels: Readonly<Record<Regulariser, string>> = {
  weightDecay: "weight decay",
  dropout: "dropout",
  normalization: "normalisation",
};

/**
 * What less data leaves as it is: optimiser steps where the task plans steps or tokens, which trainers let win over
 * epochs; else epochs, given or taken for given.
 */
export function keptPlanOf(task: Task): { plan: KeptPlan; isAssumed: boolean } {
  if (task.maxSteps || task.maxTokens) return { plan: "steps", isAssumed: false };
  return { plan: "epochs", isAssumed: !task.epochs };
}

function reasonFor(law: DataLaw | undefined, size: number, { fraction, plan }: Cut): string | undefined {
  if (law === undefined || Object.keys(law.intervals[plan] ?? {}).length === 0) {
    return `fewer than three past tasks were trained on several dataset sizes with the same ${plan}`;
  }
  const [least, most] = law.sizes;
  const range = `past tasks tell of ${Math.round(least)} to ${Math.round(most)} examples`;
  return size * fraction < least / reach || size > most * reach ? range : undefined;
}

interface Cut {
  readonly fraction: number;
  readonly plan: KeptPlan;
}

/** The task with less data, one variant a fraction; none where its number of examples is unknown. */
function dataVariants({ data: law }: Laws, task: Task): Variant[] {
  const { plan } = keptPlanOf(task);
  const { passes } = passesOf(task);
  const size = task.datasetSize;
  if (!size) return [];
  return fractions.map((fraction) => {
    const reason = reasonFor(law, size, { fraction, plan });
    const change =
      law === undefined || reason !== undefined
        ? undefined
        : {
            ...changeOfCut(law, { plan, ratio: fraction, passes }),
            intervals: law.intervals[plan] ?? {},
            unit: -Math.log(fraction),
          };
    return {
      kind: "data-fraction",
      label: `${Math.round(100 * fraction)} % of the data`,
      set: { dataFraction: fraction },
      task: { ...task, datasetSize: Math.max(1, Math.round(size * fraction)) },
      change,
      ...(reason === undefined ? {} : { reason }),
      planTokens: plan === "epochs" ? fraction : 1,
    };
  });
}

/** The level that a task starts from; an unknown weight decay or dropout is taken for none. */
function levelOf(task: Task, setting: Regulariser): number | string | undefined {
  return task[setting] ?? (setting === "normalization" ? undefined : 0);
}

/** The task with one setting changed, one variant for every level that past tasks were changed to. */
function settingVariants({ settings }: Laws, task: Task): Variant[] {
  return regularisers.flatMap((setting) => {
    const from = levelOf(task, setting);
    const known = settings.filter((effect) => effect.setting === setting && effect.from === from);
    const isAssumed = from !== undefined && (task[setting] ?? undefined) === undefined;
    const name = unitLevels[setting];
    const variant = (to: number | string, rest: Pick<Variant, "change" | "reason">): Variant => ({
      kind: "regularisation",
      label: `${name} ${to} for ${from ?? "an unknown one"}${isAssumed ? ", assumed" : ""}`,
      set: { [setting]: to },
      task: { ...task, [setting]: to },
      planTokens: 1,
      ...rest,
    });
    if (known.length > 0) {
      return known.map(({ to, shift, intervals }) =>
        variant(to, { change: { share: 1, shift, intervals, unit: 1 } }),
      );
    }
    const reason =
      from === undefined
        ? `the task does not tell its ${name}`
        : `fewer than three past tasks changed ${name} from ${from}`;
    const seen = [...new Set(settings.filter((it) => it.setting === setting).map((it) => it.to))];
    return seen.filter((to) => to !== from).map((to) => variant(to, { change: undefined, reason }));
  });
}

/** Everything that is considered of a task, in the order asked for. */
export function variantsOf(laws: Laws, task: Task, considered: readonly Considered[]): Variant[] {
  return [...new Set(considered)].flatMap((kind) =>
    kind === "data-fraction" ? dataVariants(laws, task) : settingVariants(laws, task),
  );
}
