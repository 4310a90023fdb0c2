import { runRecordSchema, type RunRecord } from "@stopwise/core";

/**
 * Made-up runs of several tasks: quality saturates, the sooner the larger the data set, with a small ripple; for the tests
 * of what is collected.
 */
export function sampleRuns(nGroups: number, kind: "quality" | "loss" = "quality"): RunRecord[] {
  return Array.from({ length: nGroups * 3 }, (_, i) => {
    const group = Math.floor(i / 3);
    const pace = 2 + (group % 5);
    const points = Array.from({ length: 20 }, (_, t) => {
      const quality = 0.8 * (1 - Math.exp(-(t + 1) / pace)) - 0.004 * ((t * 7 + i) % 3);
      const value = kind === "quality" ? { quality } : { value: 3 - quality };
      return { step: (t + 1) * 100, evalLoss: 2 - quality, ...value };
    });
    return runRecordSchema.parse({
      id: `run-${String(i).padStart(3, "0")}`,
      group: `task-${group}`,
      family: group % 2 === 0 ? "t5" : "gpt",
      datasetSize: 20_000 / pace,
      metric: kind === "quality" ? "exact_match" : "eval_loss",
      kind,
      plannedSteps: 2000,
      end: "completed",
      points,
    });
  });
}
