import { maxEmLoss, type Judged, type Stop } from "./held-out-stops.ts";

/** What one way of stopping does over all tasks, each task counted once and its runs alike. */
export interface AggregateRow {
  readonly name: string;
  /** Mean share of the training tokens. */
  readonly saving: number;
  /** Mean absolute loss of exact match, a share. */
  readonly emLoss: number;
  /** Share of runs that lose more than the bound. */
  readonly over: number;
}

/** Means over all judged runs of each way of stopping, in the order of their stops. */
export function aggregate(judged: readonly Judged[]): AggregateRow[] {
  const size = new Map<string, number>();
  for (const { group } of judged) size.set(group, (size.get(group) ?? 0) + 1);
  const weights = judged.map(({ group }) => 1 / size.get(group)! / size.size);
  const mean = (value: (stop: Stop) => number, way: number): number =>
    judged.reduce((sum, { stops }, index) => sum + weights[index]! * value(stops[way]!), 0);
  return (judged[0]?.stops ?? []).map(({ name }, way) => ({
    name,
    saving: mean(({ saving }) => saving, way),
    emLoss: mean(({ emLoss }) => emLoss, way),
    over: mean(({ emLoss }) => (emLoss > Math.fround(maxEmLoss) ? 1 : 0), way),
  }));
}
