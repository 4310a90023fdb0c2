import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LiveStart, type Recommendation, type SimplePolicy } from "@stopwise/core";
import { parsePolicy } from "@stopwise/policies";
import type { LiveSurroundings } from "../surroundings.ts";

/** Patience, as a policy that needs no model. */
export const patience = (threshold: number | null): SimplePolicy =>
  parsePolicy({ version: 1, criterion: "staleness", threshold }) as SimplePolicy;

/** A start message. */
export const startOf = (fields: Partial<LiveStart> = {}): LiveStart => ({
  type: "start",
  run: "r1",
  task: { maxSteps: 1000, metric: "exact_match", name: "squad", family: "t5", learningRate: 0.001 },
  request: {},
  mode: "auto",
  scale: "unit",
  ...fields,
});

/** Surroundings in a folder of their own that answer with patience 2. */
export class TestSurroundings implements LiveSurroundings {
  readonly folder = join(mkdtempSync(join(tmpdir(), "stopwise-live-")), "live");
  readonly store = "test-store";
  status: Recommendation["status"] = "certified";
  policy = patience(2);
  alpha = 0.1;
  metricClass: Recommendation["certificate"]["metricClass"] = "match";

  readonly now = (): Date => new Date(Date.UTC(2026, 0, 1));
  readonly thresholdsFor = (): readonly number[] => [1, 2, 3, 5, 8];
  readonly contextFor: LiveSurroundings["contextFor"] = (_policy, task) => ({
    task,
    planned: { steps: task.maxSteps ?? undefined },
  });

  readonly recommend: LiveSurroundings["recommend"] = ({ task }) => {
    const { alpha, metricClass, policy, status } = this;
    const nothing = { mean: 0, low: 0, high: 0 };
    const certified = status === "certified";
    const recommendation: Recommendation = {
      status,
      policy,
      sentence: "",
      predicted: { saving: nothing, emLoss: nothing, costUnit: "steps" },
      certificate: {
        statement: "",
        event: "",
        alpha,
        scope: "new-task",
        metricClass,
        nGroups: 30,
        certified,
      },
      evidence: [],
      distance: { value: 0, gate: 1 },
      pareto: [],
      config: null,
      advice: {},
      model: { version: "test", trainedOn: "nothing" },
    };
    return { recommendation, task, maxLoss: 0.01 };
  };

  /** Removes the folder. */
  remove(): void {
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }
}
