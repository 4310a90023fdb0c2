import { metricClassOf } from "@stopwise/core";
import type { Configuration } from "./configuration.ts";
import type { Found } from "./rule.ts";

/** Whether less of a metric is better, by its name; undefined where the name tells nothing. */
export function lessIsBetter(monitor: string): boolean | undefined {
  const of = metricClassOf(monitor.replace(/^(val|valid|validation|eval|test|train)[_/]/, ""));
  return of === undefined ? undefined : of === "loss" || of === "error-rate";
}

/** A mode that contradicts what the metric's name says. */
export function wrongMode(config: Configuration, part: string): Found | undefined {
  const [monitor, mode] = [config.text(`${part}.monitor`), config.text(`${part}.mode`)];
  if (monitor === undefined || (mode !== "min" && mode !== "max")) return undefined;
  const isLess = lessIsBetter(monitor);
  if (isLess === undefined || isLess === (mode === "min")) return undefined;
  const right = isLess ? "min" : "max";
  return {
    at: `${part}.mode`,
    message: `${monitor} is better when it is ${isLess ? "lower" : "higher"}, and mode is ${mode}: the run stops while it improves.`,
    fix: `Set mode to ${right}.`,
    edit: { key: `${part}.mode`, value: right },
  };
}

/** A margin that a score between 0 and 1 can hardly ever gain. */
export function wrongScale(config: Configuration, part: string): Found | undefined {
  const [monitor, delta] = [config.text(`${part}.monitor`), config.number(`${part}.min_delta`)];
  if (monitor === undefined || delta === undefined || Math.abs(delta) < 0.5) return undefined;
  const of = metricClassOf(monitor);
  if (of === undefined || of === "loss") return undefined;
  const share = Number((Math.abs(delta) / 100).toPrecision(6));
  return {
    at: `${part}.min_delta`,
    message: `A gain of ${delta} is asked for: ${monitor} is usually logged between 0 and 1.`,
    fix: `For ${delta} points write ${share}, unless the score is logged in percent.`,
    edit: { key: `${part}.min_delta`, value: share },
  };
}
