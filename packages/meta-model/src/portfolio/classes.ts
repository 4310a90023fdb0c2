import type { Curve, MetricClass } from "@stopwise/core";

/** The class that a run is judged in; runs with a loss only make a class of their own. */
export function classOf(curve: Curve): MetricClass {
  return curve.kind === "loss" ? "loss" : curve.metricClass;
}
