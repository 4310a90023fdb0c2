import { metricClassOf, type SimplePolicy, type Task } from "@stopwise/core";

/** What a stopper watches. */
export interface WatchedMetric {
  /** Bare name, without a trainer's prefix: `exact_match`, `loss`. */
  readonly name: string;
  readonly isLoss: boolean;
  /** Which way is better, as the trainer must be told. */
  readonly mode: "max" | "min";
}

/** The metric that a policy watches on a task; `exact_match` where the task names none. */
export function watchedMetric(policy: SimplePolicy, task: Task): WatchedMetric {
  if (policy.monitor === "evalLoss" || task.metricClass === "loss") {
    return { name: "loss", isLoss: true, mode: "min" };
  }
  const name = (task.metric ?? "exact_match").replace(/^(eval|val|valid)[_/]/, "");
  const metricClass = metricClassOf(name);
  const isLess = metricClass === "error-rate" || metricClass === "loss";
  return { name, isLoss: false, mode: isLess ? "min" : "max" };
}
