import type { Recommendation, Task } from "@stopwise/core";
import type { Neighbours } from "../estimators/estimator.ts";
import { readBest, readConsidering, type ConsideringPart } from "./considering-part.ts";
import type { PredictedChange } from "./data-law.ts";
import { keptPlanOf, variantsOf, type Considered, type Variant } from "./variants.ts";
import type { Container } from "../model/container.ts";

type ConsiderAdvice = NonNullable<Recommendation["advice"]["consider"]>;
type ConsideredVariant = ConsiderAdvice["variants"][number];
type Interval = Recommendation["predicted"]["saving"];

/** What the consideration of a task starts from. */
export interface ConsiderQuestion {
  readonly task: Task;
  readonly considered: readonly Considered[];
  /** Largest EM loss wanted against the full run to its end, absolute. */
  readonly maxEmLoss: number;
  /** The recommendation for the task as it is. */
  readonly full: Pick<Recommendation, "policy" | "sentence" | "predicted" | "distance">;
  /** Past runs that the recommendation was made from; absent where the model keeps no best EM of theirs. */
  readonly neighbours?: Neighbours | undefined;
  /** Recommends for a changed task under the same options. */
  readonly ask: (task: Task) => Recommendation;
}

const parts = new WeakMap<Container, { part: ConsideringPart | undefined; best: Float32Array | undefined }>();

/** The part, decoded on the first question. */
function partOf(container: Container): { part: ConsideringPart | undefined; best: Float32Array | undefined } {
  const known = parts.get(container);
  if (known !== undefined) return known;
  const read = { part: readConsidering(container), best: readBest(container) };
  parts.set(container, read);
  return read;
}

/** Weighted mean and 5 % to 95 % range of the best EM that the nearest past runs reached. */
function finalEmOf(best: Float32Array, { runs, weights }: Neighbours): Interval {
  const order = Array.from(runs.keys()).sort((a, b) => best[runs[a]!]! - best[runs[b]!]!);
  const at = (share: number): number => {
    let sum = 0;
    const found = order.find((k) => (sum += weights[k]!) >= share - 1e-9) ?? order.at(-1);
    return found === undefined ? 0 : best[runs[found]!]!;
  };
  const mean = order.reduce((sum, k) => sum + best[runs[k]!]! * weights[k]!, 0);
  return { mean, low: at(0.05), high: at(0.95) };
}

/** A change of the plan and the loss of stopping it early, together; the ends add both worst and both best ends. */
function together(change: PredictedChange | undefined, loss: Interval): Interval & Partial<PredictedChange> {
  const { mean, low, high, ...rest } = change ?? { mean: 0, low: 0, high: 0 };
  const held = (value: number): number => Math.min(Math.max(value, -1), 1);
  return {
    mean: held(mean - loss.mean),
    low: held(low - loss.high),
    high: held(high - loss.low),
    ...("level" in rest ? { level: rest.level, nGroups: rest.nGroups } : {}),
  };
}

function answered(variant: Variant, it: ConsiderQuestion, finalEm: Interval | undefined): ConsideredVariant {
  const answer = variant.set["dataFraction"] === 1 ? it.full : it.ask(variant.task);
  const { label, kind, set, reason } = variant;
  const isFar = answer.distance.value > answer.distance.gate;
  if (reason !== undefined || isFar) {
    return {
      label,
      kind,
      set,
      reason: reason ?? "the changed task is further from the past runs than the gate",
    };
  }
  const emChange = together(variant.change, answer.predicted.emLoss);
  const tokens = variant.planTokens * (1 - answer.predicted.saving.mean);
  const em = finalEm === undefined ? {} : { finalEm: Math.min(Math.max(finalEm.mean + emChange.mean, 0), 1) };
  return {
    label,
    kind,
    set,
    policy: answer.policy,
    sentence: answer.sentence,
    emChange,
    ...em,
    tokens,
    withinBound: emChange.mean >= -it.maxEmLoss - 1e-9,
    withinBoundAtWorst: emChange.low >= -it.maxEmLoss - 1e-9,
  };
}

const planWords = {
  epochs: "epochs are kept, so that less data is fewer steps and fewer tokens",
  steps: "steps are kept, so that less data is more passes over it and no token less; only stopping saves",
} as const;

function planSentence(task: Task): string {
  const { plan, isAssumed } = keptPlanOf(task);
  return isAssumed ? `the task tells no plan: taken as if ${planWords[plan]}` : planWords[plan];
}

const noCertificate =
  "advice only: no certificate covers a considered variant; it covers the recommendation for the task as it is.";

/** The answer where nothing can be predicted, and why. */
export function nothingConsidered(reason: string): ConsiderAdvice {
  return { note: noCertificate, reason, variants: [] };
}

/** The first row: the task as it is. */
const asItIs = (task: Task): Variant => ({
  kind: "data-fraction",
  label: "as it is",
  set: { dataFraction: 1 },
  task,
  change: undefined,
  planTokens: 1,
});

/**
 * What less data or other regularisation would do to a task: for every variant the policy that would be recommended, the
 * predicted change of the final EM against the full run to its end, and its tokens relative to that run.
 *
 * Where the task is beyond the distance gate, or no past task was trained in two such ways, it says so and predicts
 * nothing. The best is the variant of fewest tokens whose mean change keeps the bound; the larger change wins ties.
 *
 * @param container of the model
 * @param question the task, its own recommendation, and how to ask for another
 */
export function considerVariants(container: Container, question: ConsiderQuestion): ConsiderAdvice {
  const { task, full, considered, neighbours } = question;
  const { part, best } = partOf(container);
  if (part === undefined) return nothingConsidered("this model learned nothing of it: retrain.");
  if (full.distance.value > full.distance.gate) {
    return nothingConsidered("the task is further from every past run than past groups are from each other.");
  }
  const finalEm = best === undefined || neighbours === undefined ? undefined : finalEmOf(best, neighbours);
  const changed = variantsOf(part, task, considered);
  if (changed.length === 0) {
    const unknown = considered.includes("data-fraction") && !task.datasetSize;
    return nothingConsidered(
      unknown
        ? "the number of examples is not known: give --dataset-size."
        : "fewer than three past tasks were trained in two such ways.",
    );
  }
  const variants = [asItIs(task), ...changed].map((variant) => answered(variant, question, finalEm));
  const open = variants.filter((variant) => variant.withinBound === true);
  const rank = (it: ConsideredVariant): number => (it.tokens ?? 1) - 1e-6 * (it.emChange?.mean ?? 0);
  const winner = open.toSorted((a, b) => rank(a) - rank(b))[0];
  return {
    note: noCertificate,
    plan: planSentence(task),
    ...(finalEm === undefined ? {} : { finalEm }),
    variants,
    ...(winner === undefined ? {} : { best: winner.label }),
  };
}
