import type { SimplePolicy } from "@stopwise/core";
import { parsePolicy } from "@stopwise/policies";
import { decidingMetric, patienceKey } from "../huggingface/arguments-view.ts";
import type { Configuration } from "./configuration.ts";
import { lessIsBetter } from "./shared-rules.ts";

/** The stop that a configuration asks for, as a policy, and in words. */
export interface SettingsInUse {
  readonly policy: SimplePolicy;
  /** `patience 3`, with the threshold where there is one. */
  readonly name: string;
}

type Numbers = Readonly<{
  patience: number;
  minDelta: number;
  mode: "deadBand" | "ratchet";
  metric: string | undefined;
}>;

function stopOf({ patience, minDelta, mode, metric }: Numbers): SettingsInUse {
  const isLoss = metric === undefined || lessIsBetter(metric) === true;
  const policy = parsePolicy({
    version: 1,
    criterion: "staleness",
    monitor: isLoss ? "evalLoss" : "quality",
    params: { minDelta, minDeltaMode: mode },
    threshold: patience,
  }) as SimplePolicy;
  return { policy, name: `patience ${patience}${minDelta > 0 ? ` with a margin of ${minDelta}` : ""}` };
}

/** The stop that a configuration asks for; undefined where it asks for none, or its patience is unknown. */
export function settingsInUse(config: Configuration): SettingsInUse | undefined {
  const part = ["EarlyStopping", "EarlyStoppingCallback"].find(
    (name) => config.number(`${name}.patience`) !== undefined,
  );
  const patience = config.number(part === undefined ? patienceKey(config) : `${part}.patience`);
  if (patience === undefined || patience < 1) return undefined;
  if (part === undefined) {
    const minDelta = config.number("early_stopping_threshold") ?? 0;
    return stopOf({ patience, minDelta, mode: "ratchet", metric: decidingMetric(config) ?? "exact_match" });
  }
  const minDelta = Math.abs(config.number(`${part}.min_delta`) ?? 0);
  return stopOf({ patience, minDelta, mode: "deadBand", metric: config.text(`${part}.monitor`) });
}
