import { runRecordSchema, type RunRecord, type Task } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";
import fc from "fast-check";

/** Runs of many sizes, rates and lengths; the larger the data, the later they level off. */
export function variedRuns(): RunRecord[] {
  const random = randomFrom(21);
  return Array.from({ length: 90 }, (_, index) => {
    const size = 10 ** (2.5 + 2.5 * random());
    const nEvals = 6 + Math.floor(30 * random());
    return runRecordSchema.parse({
      id: `run-${index}`,
      group: `group-${index % 45}`,
      metric: "exact_match",
      family: ["t5", "bert", "gpt"][index % 3],
      params: 10 ** (7 + 2 * random()),
      datasetSize: size,
      plannedSteps: nEvals * 100,
      end: "completed",
      hyper: { lr: 10 ** (-5 + 2 * random()), batchSize: 16 },
      points: Array.from({ length: nEvals }, (_point, t) => ({
        step: (t + 1) * 100,
        quality: Math.max(0, 0.9 * (1 - Math.exp(-(t + 1) / (1 + Math.log10(size)))) - 0.03 * random()),
      })),
    });
  });
}

/** Numbers between powers of ten. */
export const log = (low: number, high: number): fc.Arbitrary<number> =>
  fc.double({ min: low, max: high, noNaN: true }).map((value) => 10 ** value);
/** Facts of a task, each over more than past runs had. */
export const facts = {
  datasetSize: log(1, 8),
  answerLength: log(0, 3),
  family: fc.constantFrom("t5", "bert", "gpt", "hyena"),
  params: log(5, 12),
  maxSteps: log(1, 6),
  epochs: log(-1, 3),
  maxTokens: log(5, 12),
  batchSize: log(0, 3),
  sequenceLength: log(1, 4),
  evals: fc.integer({ min: 2, max: 80 }),
  evalSize: log(1, 5),
  learningRate: log(-7, 0),
  weightDecay: fc.double({ min: 0, max: 1, noNaN: true }),
} satisfies Partial<Record<keyof Task, fc.Arbitrary<unknown>>>;
/** Tasks of which any facts are told. */
export const tasks: fc.Arbitrary<Task> = fc.record(facts, { requiredKeys: [] });
/** Tasks of which everything is told, what a certificate needs inside the range of `variedRuns`. */
export const insideTasks: fc.Arbitrary<Task> = fc.record({
  ...facts,
  params: log(7.3, 8.7),
  maxSteps: log(3, 3.4),
  evals: fc.integer({ min: 8, max: 30 }),
});
