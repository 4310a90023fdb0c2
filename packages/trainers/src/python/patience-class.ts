import type { SimplePolicy } from "@stopwise/core";
import { stalenessSchema } from "@stopwise/policies";
import { pythonCall } from "../text.ts";

/** A patience in plain Python, for loops and services that take code: no import but math. */
export const patienceClass = `import math


class Patience:
    """Stops where stopwise replayed the policy: call it with each evaluation; True means stop."""

    def __init__(self, patience, mode="max", min_delta=0.0, margin="deadBand", tie="bad", nan="count",
                 warmup=0, warmup_moves_best=True, count_after=0):
        self.patience, self.sign = patience, 1 if mode == "max" else -1
        self.min_delta, self.margin, self.tie, self.nan = min_delta, margin, tie, nan
        self.warmup, self.warmup_moves_best, self.count_after = warmup, warmup_moves_best, count_after
        self.best, self.stale, self.seen = None, 0, 0

    def improves(self, value):
        if value == self.best:
            return self.tie == "good"
        if self.margin == "ratchet":
            return value > self.best and value - self.best > self.min_delta
        width = self.min_delta * abs(self.best) if self.margin == "relative" else self.min_delta
        return value - width > self.best

    def __call__(self, value):
        index, self.seen = self.seen, self.seen + 1
        if index < self.warmup and not self.warmup_moves_best:
            return False
        value = self.sign * value
        if not math.isfinite(value):
            if self.nan == "stop":
                return index >= self.warmup
            if self.nan == "count" and self.best is not None and index >= self.count_after:
                self.stale += 1
        elif self.best is None:
            self.best = value
        else:
            good = self.improves(value)
            if good or (self.margin == "ratchet" and value > self.best):
                self.best = value
            self.stale = 0 if good or index < self.count_after else self.stale + 1
        return self.best is not None and index >= self.warmup and self.stale >= self.patience
`;

/** Settings of the class for a policy that it carries out; margins on the trainer's scale. */
export function patienceArguments(policy: SimplePolicy, minDelta: number): Record<string, unknown> {
  const { tie, minDeltaMode, countAfter = 0 } = stalenessSchema.parse(policy.params);
  const { warmup } = policy;
  return {
    patience: policy.threshold,
    mode: policy.direction,
    ...(minDelta === 0 ? {} : { min_delta: minDelta, margin: minDeltaMode }),
    ...(tie === "bad" ? {} : { tie }),
    ...(policy.nan === "count" ? {} : { nan: policy.nan }),
    ...(warmup?.evals === undefined ? {} : { warmup: warmup.evals, warmup_moves_best: warmup.updatesBest }),
    ...(countAfter === 0 ? {} : { count_after: countAfter }),
  };
}

/** The call that makes it. */
export function patienceCall(policy: SimplePolicy, minDelta: number): string {
  return pythonCall("Patience", patienceArguments(policy, minDelta));
}
