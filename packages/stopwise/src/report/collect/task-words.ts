import type { Task } from "@stopwise/core";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Millions or billions with two significant digits. */
function size(params: number): string {
  const [value, unit] = params >= 1e9 ? [params / 1e9, "B"] : [params / 1e6, "M"];
  return `${Number(value.toPrecision(3))}\u202f${unit}`;
}

/**
 * What is known of a task as one phrase; unknown fields are left out.
 *
 * @example taskInWords({ family: "t5", datasetSize: 20_000 }) // "t5, 20,000 examples"
 */
export function taskInWords(task: Task): string {
  const has = <T>(value: T | null | undefined, word: (value: T) => string): string[] =>
    value === null || value === undefined ? [] : [word(value)];
  const words = [
    ...has(task.model ?? task.family, (name) => name),
    ...has(task.params, (params) => `${size(params)} parameters`),
    ...has(task.datasetSize, (n) => `${whole(n)} examples`),
    ...has(task.answerLength, (n) => `answers of ${whole(n)} ${Math.round(n) === 1 ? "token" : "tokens"}`),
    ...has(task.epochs, (n) => `${Number(n.toPrecision(3))} epochs`),
    ...has(task.maxSteps, (n) => `${whole(n)} steps`),
    ...has(task.evals, (n) => `${whole(n)} evaluations`),
    ...has(task.metric, (name) => `judged by ${name}`),
  ];
  return words.length === 0 ? "a task of which nothing is known" : words.join(", ");
}
