import type { Curve, Policy } from "@stopwise/core";
import { replay } from "@stopwise/policies";
import type { Difference } from "./trainer.ts";

/**
 * What a policy that is carried out does beside the one that was asked for, on past runs: mean differences of saving and
 * loss, each run counting 1.
 *
 * @param asked the policy that was asked for
 * @param carried the one that the trainer carries out
 * @param curves past runs, recorded to their end
 */
export function differenceOf(asked: Policy, carried: Policy, curves: readonly Curve[]): Difference {
  let saving = 0;
  let emLoss = 0;
  for (const curve of curves) {
    const [wanted, got] = [replay(asked, curve), replay(carried, curve)];
    saving += got.saving - wanted.saving;
    emLoss += got.emLoss - wanted.emLoss;
  }
  const n = Math.max(curves.length, 1);
  return { nRuns: curves.length, saving: saving / n, emLoss: emLoss / n };
}
