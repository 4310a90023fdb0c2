import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

/**
 * fastai `EarlyStoppingCallback`: v - minDelta better than best moves best and sets the counter to 0; else it rises by
 * 1 and the run stops iff it has reached the patience. A dead band whose sign is kept; best starts at the worst
 * possible value.
 */
export const fastai: TrainerSemantics<Record<string, never>> = {
  name: "fastai",
  source: "fastai tracker.py at commit 00e4569, TrackerCallback and EarlyStoppingCallback",
  aliases: [],
  options: z.strictObject({}),
  start: ({ mode, patience, minDelta }) => {
    const sign = signOf(mode);
    let best = Number.NEGATIVE_INFINITY;
    let wait = 0;
    return (value) => {
      const v = sign * value;
      if (v - minDelta > best) {
        best = v;
        wait = 0;
        return null;
      }
      wait++;
      return wait >= patience ? patienceReason("EarlyStoppingCallback", wait, patience) : null;
    };
  },
};
