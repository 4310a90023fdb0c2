import type { Certificate, MetricClass } from "@stopwise/core";
import { clipOf, type Bound } from "./bound.ts";

function points(fraction: number): string {
  const amount = Number((fraction * 100).toPrecision(3));
  return `${amount} ${amount === 1 ? "point" : "points"}`;
}
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** The event or mean that a bound is about, in symbols. */
export function eventOf(bound: Bound, metricClass: MetricClass): string {
  const loss = metricClass === "loss" ? "relative loss increase" : "EM loss";
  if (bound.kind === "tail") return `${loss} > ${bound.maxEmLoss}`;
  return `mean of min(${loss}, ${clipOf(bound)}) > ${bound.maxEmLoss}`;
}

/** What a certificate says, in one English sentence: event, probability, assumption, and over what it is random. */
export function statementOf(
  bound: Bound,
  certificate: Pick<Certificate, "scope" | "metricClass" | "nGroups">,
): string {
  const { metricClass, nGroups, scope } = certificate;
  const amount =
    metricClass === "loss"
      ? `a relative loss increase of ${percent(bound.maxEmLoss)}`
      : `${points(bound.maxEmLoss)} of ${metricClass === "match" ? "exact match" : metricClass}`;
  const alpha = bound.alpha ?? 0.1;
  const claim = {
    tail: `a run loses more than ${amount} with probability at most ${percent(alpha)}`,
    mean: `the mean loss, clipped at ${clipOf(bound)}, is at most ${amount}`,
    "high-probability": `with probability ${percent(1 - alpha)} over the calibration ${scope === "new-task" ? "groups" : "configurations"}, the mean loss, clipped at ${clipOf(bound)}, is at most ${amount}`,
  }[bound.kind];
  const unit =
    scope === "new-task"
      ? `a random run of a new group exchangeable with the ${nGroups} calibration groups`
      : `a random run of a new configuration of this task, exchangeable with its ${nGroups} calibration configurations`;
  return `For ${unit}, ${claim}.`;
}
