import type { RunRecord, Task } from "@stopwise/core";
import { taskOf } from "@stopwise/features";

/** A fact in which new runs lie outside of all runs that were known before. */
export interface Drift {
  readonly fact: string;
  /** New runs that lie outside. */
  readonly nRuns: number;
  /** What was known: `1000 to 87000`, or the words. */
  readonly known: string;
  /** What the new runs outside of it have. */
  readonly now: string;
}

const numbers = [
  "datasetSize",
  "answerLength",
  "params",
  "maxSteps",
  "maxTokens",
  "epochs",
  "evals",
  "learningRate",
] as const;
const words = ["family", "metric", "schedule"] as const;
const mostWords = 4;

const shortNumber = (value: number): string => String(Number(value.toPrecision(3)));

function rangeText(values: readonly number[]): string {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return low === high ? shortNumber(low) : `${shortNumber(low)} to ${shortNumber(high)}`;
}

function wordsText(values: readonly string[]): string {
  const unique = [...new Set(values)].sort();
  const more = unique.length - mostWords;
  return more > 0 ? `${unique.slice(0, mostWords).join(", ")} and ${more} more` : unique.join(", ");
}

function numberDrift(
  fact: (typeof numbers)[number],
  known: readonly Task[],
  fresh: readonly Task[],
): Drift | undefined {
  const valuesOf = (tasks: readonly Task[]): number[] => tasks.flatMap((task) => task[fact] ?? []);
  const before = valuesOf(known);
  if (before.length === 0) return undefined;
  const [low, high] = [before.reduce((a, b) => Math.min(a, b)), before.reduce((a, b) => Math.max(a, b))];
  const outside = valuesOf(fresh).filter((value) => value < low || value > high);
  if (outside.length === 0) return undefined;
  return { fact, nRuns: outside.length, known: rangeText(before), now: rangeText(outside) };
}

function wordDrift(
  fact: (typeof words)[number],
  known: readonly Task[],
  fresh: readonly Task[],
): Drift | undefined {
  const valuesOf = (tasks: readonly Task[]): string[] => tasks.flatMap((task) => task[fact] ?? []);
  const before = new Set(valuesOf(known));
  const outside = valuesOf(fresh).filter((value) => !before.has(value));
  if (before.size === 0 || outside.length === 0) return undefined;
  return { fact, nRuns: outside.length, known: wordsText([...before]), now: wordsText(outside) };
}

/**
 * How the tasks of new runs differ from those known before: for each fact the new runs that lie outside of its range, or
 * have a word that no run had. Unknown facts tell nothing.
 *
 * @param known - runs that the model in use was trained on
 * @param fresh - the others
 */
export function driftOf(known: readonly RunRecord[], fresh: readonly RunRecord[]): Drift[] {
  if (known.length === 0 || fresh.length === 0) return [];
  const [before, now] = [known.map(taskOf), fresh.map(taskOf)];
  const found = [
    ...numbers.map((fact) => numberDrift(fact, before, now)),
    ...words.map((fact) => wordDrift(fact, before, now)),
  ];
  return found.filter((drift) => drift !== undefined);
}
