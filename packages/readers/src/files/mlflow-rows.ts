import type { End } from "@stopwise/core";
import type { GenericRow } from "../tables/generic-table.ts";

/** One logged value of an MLflow metric. */
export interface MlflowPoint {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number;
  readonly step: number;
}

/** How a run ended, by the status as MLflow's folder and database stores write it. */
export const mlflowEnds: Readonly<Record<string, End>> = {
  "1": "running",
  RUNNING: "running",
  "4": "crashed",
  FAILED: "crashed",
  "5": "crashed",
  KILLED: "crashed",
};

/** The values of a metric by step, the later write winning; where every step is the same they are numbered by time. */
export function valuesByStep(points: readonly MlflowPoint[]): Map<number, number> {
  const ordered = [...points].sort((left, right) => left.time - right.time);
  const isUnnumbered = ordered.length > 1 && ordered.every(({ step }) => step === ordered[0]!.step);
  return new Map(ordered.map(({ value, step }, index) => [isUnnumbered ? index + 1 : step, value]));
}

/** The metrics of a run as one table: a row per step. */
export function tableOfMetrics(metrics: ReadonlyMap<string, ReadonlyMap<number, number>>): {
  names: string[];
  rows: GenericRow[];
} {
  const steps = new Map<number, Record<string, number>>();
  for (const [name, values] of metrics) {
    for (const [step, value] of values) {
      const row = steps.get(step) ?? { step };
      row[name] = value;
      steps.set(step, row);
    }
  }
  const rows = [...steps].sort(([left], [right]) => left - right).map(([, row]) => row);
  return { names: ["step", ...metrics.keys()], rows };
}
