import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

/**
 * XGBoost `EarlyStopping`: the first value is taken; then good iff v - minDelta > best (more is better) or
 * best - minDelta > v; the run stops iff the counter has reached the rounds, tested on every round: rounds 0 stop at
 * once.
 */
export const xgboost: TrainerSemantics<Record<string, never>> = {
  name: "xgboost",
  source: "xgboost 3.2.0, EarlyStopping",
  aliases: [],
  options: z.strictObject({}),
  start: ({ mode, patience, minDelta }) => {
    const improves = (v: number, best: number): boolean =>
      signOf(mode) === 1 ? v - minDelta > best : best - minDelta > v;
    let best: number | undefined;
    let counter = 0;
    return (value) => {
      if (best === undefined || improves(value, best)) {
        best = value;
        counter = 0;
      } else {
        counter++;
      }
      return counter >= patience ? patienceReason("EarlyStopping", counter, patience) : null;
    };
  },
};
