import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { randomFrom, seedFor } from "@stopwise/core/random";

/**
 * Simulated learning curves for tests: quality rises towards a ceiling exponentially, with the evaluation noise of 400
 * questions; how fast depends on the group. Fast groups are done early in their plan, slow ones never.
 */
export function simulatedRuns(options: {
  nGroups: number;
  perGroup: number;
  seed: number;
  kind?: "quality" | "loss";
}): RunRecord[] {
  const { nGroups, perGroup, seed, kind = "quality" } = options;
  return Array.from({ length: nGroups * perGroup }, (_, index) => {
    const group = index % nGroups;
    const random = randomFrom(seedFor(seed, `run-${index}`));
    const rate = 1 + 30 * randomFrom(seedFor(seed, `group-${group}`))() ** 2;
    const ceiling = 0.5 + 0.4 * random();
    const points = Array.from({ length: 20 }, (_point, k) => {
      const level = ceiling * (1 - Math.exp((-rate * (k + 1)) / 20));
      const score = Math.round(400 * (level + 0.025 * (random() + random() - 1))) / 400;
      const quality = Math.min(1, Math.max(0, score));
      const evalLoss = 3 - 2 * level + 0.02 * random();
      const step = 50 * (k + 1);
      return kind === "loss" ? { step, value: evalLoss } : { step, quality, evalLoss };
    });
    return runRecordSchema.parse({
      id: `${kind}-${seed}-${index}`,
      group: `group-${group}`,
      metric: kind === "loss" ? "eval_loss" : "exact_match",
      kind,
      plannedSteps: 1000,
      points,
    });
  });
}
