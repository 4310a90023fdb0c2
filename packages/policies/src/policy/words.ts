import type { Monitor, SimplePolicy, Warmup } from "@stopwise/core";

const monitorNames: Record<Monitor, string> = {
  quality: "quality",
  evalLoss: "eval loss",
  trainLoss: "train loss",
  gradNorm: "gradient norm",
};

/** The monitored series in words. */
export function monitorInWords(policy: SimplePolicy): string {
  return monitorNames[policy.monitor];
}

/** A warm-up in words, to follow "after "; empty where there is none. */
export function warmupInWords(warmup: Warmup | undefined): string {
  if (warmup === undefined) return "";
  const parts: string[] = [];
  if (warmup.evals !== undefined) parts.push(`${warmup.evals} evaluations`);
  if (warmup.steps !== undefined) parts.push(`${warmup.steps} steps`);
  if (warmup.tokens !== undefined) parts.push(`${warmup.tokens} tokens`);
  if (warmup.fraction !== undefined)
    parts.push(`${Number((100 * warmup.fraction).toPrecision(3))} % of the plan`);
  if (parts.length === 0) return "";
  return `a warm-up of ${parts.join(" and ")}${warmup.updatesBest ? "" : " that does not move the best"}`;
}

/** A number for a log line: at most four significant digits. */
export function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
