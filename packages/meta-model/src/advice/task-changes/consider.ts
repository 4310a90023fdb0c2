import type { Recommendation, Task } from "@stopwise/core";
import type { Neighbours } from "@stopwise/learners";
import { readConsidering, type ConsideringPart } from "./considering-part.ts";
import { changeOn, passesOf, type Basis } from "./laws.ts";
import type { PastCurves } from "./past-curves.ts";
import { keptPlanOf, variantsOf, type Considered, type KnownChange, type Variant } from "./variants.ts";
import type { Container } from "../../file/container.ts";

type ConsiderAdvice = NonNullable<Recommendation["advice"]["consider"]>;
type ConsideredVariant = ConsiderAdvice["variants"][number];
type Interval = Recommendation["predicted"]["saving"];

/** What the consideration of a task starts from. */
export interface ConsiderQuestion {
  readonly task: Task;
  /** Whose past runs the recommendation was made from. */
  readonly population: string;
  readonly considered: readonly Considered[];
  /** Largest EM loss wanted against the full run to its end, absolute. */
  readonly maxEmLoss: number;
  /** The recommendation for the task as it is. */
  readonly full: Pick<Recommendation, "policy" | "sentence" | "predicted" | "distance">;
  /** Past runs that the recommendation was made from; absent where the model does not know how they grew. */
  readonly neighbours?: Neighbours | undefined;
  /** Recommends for a changed task under the same options. */
  readonly ask: (task: Task) => Recommendation;
}

const parts = new WeakMap<Container, { part: ConsideringPart | undefined }>();

/** The part, decoded on the first question. */
function partOf(container: Container): ConsideringPart | undefined {
  const known = parts.get(container) ?? { part: readConsidering(container) };
  parts.set(container, known);
  return known.part;
}

/** Whose curves a task's changes are read from. */
interface Witnesses {
  readonly curves: PastCurves;
  readonly neighbours: Neighbours;
  readonly basis: Basis;
}

/** Runs of the task itself where there are any, else the nearest past runs; undefined without either. */
function witnessesOf(
  { curves, population }: ConsideringPart,
  { task, neighbours, ...question }: ConsiderQuestion,
): Witnesses | undefined {
  const own = task.name ? curves.own(task.name, task) : undefined;
  if (own !== undefined) return { curves, neighbours: own, basis: "own" };
  // In arrays of their own: the model uses their room again when it is asked about a changed task.
  const isTold = neighbours !== undefined && population === question.population;
  const near = isTold ? curves.among(neighbours) : undefined;
  return near && { curves, neighbours: near, basis: "near" };
}

const basisSentence = ({ basis, neighbours }: Witnesses): string =>
  basis === "own"
    ? `from ${neighbours.runs.length} past ${neighbours.runs.length === 1 ? "run" : "runs"} of this task`
    : "from the nearest past runs of other tasks: none of this task's own is known by its name, which would tell far more";

/** Weighted mean and 5 % to 95 % range of the best EM that past runs reached. */
function finalEmOf({ curves, neighbours: { runs, weights } }: Witnesses): Interval {
  const em = (k: number): number => curves.emAt(runs[k]!, 1);
  const order = Array.from(runs.keys()).sort((a, b) => em(a) - em(b));
  const at = (share: number): number => {
    let sum = 0;
    const found = order.find((k) => (sum += weights[k]!) >= share - 1e-9) ?? order.at(-1);
    return found === undefined ? 0 : em(found);
  };
  const mean = order.reduce((sum, k) => sum + em(k) * weights[k]!, 0);
  return { mean, low: at(0.05), high: at(0.95) };
}

/** A predicted change, with the probability that its range holds for a run of a new exchangeable group. */
type PredictedChange = Interval & { readonly level: number; readonly nGroups: number };

/** What a change does to a task, by its witnesses; undefined where held-out tasks do not tell how far off that is. */
function predicted(change: KnownChange, witnesses: Witnesses): PredictedChange | undefined {
  const { curves, neighbours, basis } = witnesses;
  const interval = change.intervals[basis];
  const mean = changeOn(curves, neighbours, change);
  if (interval === undefined || Number.isNaN(mean)) return undefined;
  const { low, high, level, nGroups } = interval;
  return { mean, low: mean + low * change.unit, high: mean + high * change.unit, level, nGroups };
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

function answered(variant: Variant, it: ConsiderQuestion, witnesses: Witnesses): ConsideredVariant {
  const answer = variant.set["dataFraction"] === 1 ? it.full : it.ask(variant.task);
  const { label, kind, set, reason } = variant;
  const isFar = witnesses.basis === "near" && answer.distance.value > answer.distance.gate;
  const change = variant.change && predicted(variant.change, witnesses);
  const unknown =
    reason ??
    (isFar ? "the changed task is further from the past runs than the gate" : undefined) ??
    (variant.change && !change ? "too few held-out tasks tell how far off a prediction is" : undefined);
  if (unknown !== undefined) return { label, kind, set, reason: unknown };
  const emChange = together(change, answer.predicted.emLoss);
  const tokens = variant.planTokens * (1 - answer.predicted.saving.mean);
  const finalEm = Math.min(Math.max(finalEmOf(witnesses).mean + emChange.mean, 0), 1);
  return {
    label,
    kind,
    set,
    policy: answer.policy,
    sentence: answer.sentence,
    emChange,
    finalEm,
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
  const { passes, isAssumed: areAssumed } = passesOf(task);
  const words = isAssumed ? `the task tells no plan: taken as if ${planWords[plan]}` : planWords[plan];
  return areAssumed ? `${words}; passes over the data are not known: taken for ${passes}` : words;
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
 * Where the task is beyond the distance gate and has no runs of its own, or no past task was trained in two such ways, it
 * says so and predicts nothing. The best is the variant of fewest tokens whose mean change keeps the bound; the larger change wins ties.
 *
 * @param container of the model
 * @param question the task, its own recommendation, and how to ask for another
 */
export function considerVariants(container: Container, question: ConsiderQuestion): ConsiderAdvice {
  const { task, full, considered } = question;
  const part = partOf(container);
  if (part === undefined) return nothingConsidered("this model learned nothing of it: retrain.");
  const witnesses = witnessesOf(part, question);
  if (witnesses === undefined) return nothingConsidered("no past run speaks for this task.");
  if (witnesses.basis === "near" && full.distance.value > full.distance.gate) {
    return nothingConsidered("the task is further from every past run than past groups are from each other.");
  }
  const changed = variantsOf(part.laws, task, considered);
  if (changed.length === 0) {
    const unknown = considered.includes("data-fraction") && !task.datasetSize;
    return nothingConsidered(
      unknown
        ? "the number of examples is not known: give --dataset-size."
        : "fewer than three past tasks were trained in two such ways.",
    );
  }
  const variants = [asItIs(task), ...changed].map((variant) => answered(variant, question, witnesses));
  const open = variants.filter((variant) => variant.withinBound === true);
  const rank = (it: ConsideredVariant): number => (it.tokens ?? 1) - 1e-6 * (it.emChange?.mean ?? 0);
  const winner = open.toSorted((a, b) => rank(a) - rank(b))[0];
  return {
    note: noCertificate,
    plan: planSentence(task),
    basis: basisSentence(witnesses),
    finalEm: finalEmOf(witnesses),
    variants,
    ...(winner === undefined ? {} : { best: winner.label }),
  };
}
